/** Photos and signatures that wait for a signal: their bytes, in a database of the phone's browser, under the command that they belong to. */

const ROOM = "files";

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open("gatehouse", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(ROOM);
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
    asked.onblocked = () => reject(new Error("another page holds an older database"));
  });
}

/** What `work` asked for, once it is on the disk of the phone. Rejects when the phone refuses or is full. */
async function inRoom<T>(mode: IDBTransactionMode, work: (room: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  try {
    return await new Promise<T>((resolve, reject) => {
      const all = database.transaction(ROOM, mode, { durability: "strict" });
      const asked = work(all.objectStore(ROOM));
      all.oncomplete = () => resolve(asked.result);
      all.onabort = () => reject(all.error ?? asked.error);
    });
  } finally {
    database.close();
  }
}

interface Stored {
  readonly bytes: ArrayBuffer;
  readonly type: string;
}

/** False: the phone has no room for it, or keeps nothing at all (a private window). */
export async function keepFile(id: string, file: Blob): Promise<boolean> {
  try {
    const stored: Stored = { bytes: await file.arrayBuffer(), type: file.type };
    await inRoom("readwrite", (room) => room.put(stored, id));
    return true;
  } catch {
    return false;
  }
}

/** `undefined`: it was never kept, or the phone has cleared it away. */
export async function keptFile(id: string): Promise<Blob | undefined> {
  try {
    const stored = await inRoom<Stored | undefined>("readonly", (room) => room.get(id));
    return stored && new Blob([stored.bytes], { type: stored.type });
  } catch {
    return undefined;
  }
}

export async function forgetFile(id: string): Promise<void> {
  try {
    await inRoom("readwrite", (room) => room.delete(id));
  } catch {
    // A phone that refuses even that has nothing of ours.
  }
}

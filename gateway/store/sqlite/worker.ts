/** The thread that holds `house.db`. A disk that hangs makes this thread stand still, never the loop of the house. */
import { parentPort, workerData } from "node:worker_threads";
import { StoreTrouble } from "../trouble.ts";
import { backup } from "./backup.ts";
import { diskTrouble, isPassing } from "./disk-trouble.ts";
import type { Failure, FromWorker, ReadRequest, Request, ToWorker } from "./messages.ts";
import { journal, load, messages, paper, papers, since, ticket, tickets } from "./read.ts";
import { verify } from "./verify.ts";
import { alarmEvents, journalBegins, journalPage, ticketPage } from "./walk.ts";
import { createWriteQueue, type WriteQueue } from "./write-queue.ts";

const { folder } = workerData as { readonly folder: string };
const port = parentPort!;
const say = (message: FromWorker) => port.postMessage(message);

function start(): WriteQueue | undefined {
  try {
    return createWriteQueue({
      folder,
      done: (id) => say({ say: "done", id, value: undefined }),
      failed: (id, error) => say({ say: "failed", id, failure: describe(error) }),
      stuck: (because) => say({ say: "stuck", because }),
      lost: (rows) => say({ say: "lost", rows, because: lostRows(rows) }),
    });
  } catch (error) {
    say({ say: "cannot-open", failure: describe(error) });
    return undefined;
  }
}

const queue = start();
if (queue) {
  port.on("message", (message: ToWorker) => {
    switch (message.do) {
      case "retry":
        return queue.retry();
      case "close":
        queue.close();
        return port.close();
      case "commit":
      case "note":
        return queue.add(message.id, message);
      default:
        return void answer(queue, message);
    }
  });
  say({ say: "ready" });
}

async function answer(from: WriteQueue, request: Request & ReadRequest): Promise<void> {
  try {
    say({ say: "done", id: request.id, value: await read(from, request) });
  } catch (error) {
    say({ say: "failed", id: request.id, failure: describe(isPassing(error) ? diskTrouble(error, folder) : error) });
  }
}

function read(from: WriteQueue, request: Request & ReadRequest): unknown {
  const ledger = from.ledger();
  switch (request.do) {
    case "load":
      return load(ledger, request.now, (portion) => say({ say: "portion", id: request.id, portion }));
    case "journal":
      return journal(ledger.database, request.query);
    case "since":
      return since(ledger.database, request.seq);
    case "journal-page":
      return journalPage(ledger.database, request.query);
    case "alarm-events":
      return alarmEvents(ledger.database, request.query);
    case "journal-begins":
      return journalBegins(ledger.database);
    case "ticket-page":
      return ticketPage(ledger.database, request.query);
    case "ticket":
      return ticket(ledger.database, request.no);
    case "tickets":
      return tickets(ledger.database, request.state, request.limit);
    case "paper":
      return paper(ledger.database, request.paper);
    case "papers":
      return papers(ledger.database, request.kind, request.limit);
    case "messages":
      return messages(ledger.database, request.ticket);
    case "verify":
      return verify(() => from.ledger().database, rest);
    case "backup":
      return backup(ledger.database, request.file);
  }
}

/** Lets waiting requests through. */
const rest = () => new Promise<void>((done) => setImmediate(done));

function describe(error: unknown): Failure {
  if (error instanceof StoreTrouble) return { kind: error.kind, because: error.because };
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? error.stack : undefined;
  return {
    because: {
      zh: `存储程序出错:${message}。请把日志发给开发者。`,
      en: `The store failed: ${message}. Send the log to the developers.`,
    },
    ...(stack === undefined ? {} : { stack }),
  };
}

function lostRows(rows: number) {
  return {
    zh: `磁盘恢复后,house.db 缺少已写入的 ${rows} 条日志。缺口已保留为证据;请检查磁盘,并与最近的备份核对。`,
    en: `After the disk came back, house.db lacks ${rows} journal rows that had been written. The gap is kept as evidence; check the disk and compare with the newest backup.`,
  };
}

/** A plain OPC UA client as a process of its own: reads nodes of the simulated devices and prints what the server says of them. */
import {
  AttributeIds,
  MessageSecurityMode,
  OPCUAClient,
  ReadRequest,
  type ReadResponse,
  SecurityPolicy,
  TimestampsToReturn,
} from "node-opcua";

const [endpoint = "", secured = "", ...nodes] = process.argv.slice(2);
const client = OPCUAClient.create({
  endpointMustExist: false,
  securityMode: secured === "secured" ? MessageSecurityMode.SignAndEncrypt : MessageSecurityMode.None,
  securityPolicy: secured === "secured" ? SecurityPolicy.Basic256Sha256 : SecurityPolicy.None,
  connectionStrategy: { maxRetry: 0 },
});
await client.connect(endpoint);
const session = await client.createSession();
const namespaces = await session.readNamespaceArray();
const index = namespaces.indexOf("urn:gatehouse:simulator");
// The library shows no way to ask for time stamps in a single read; its session has one.
const requester = session as unknown as { performMessageTransaction(asked: ReadRequest): Promise<ReadResponse> };
const said = [];
for (const id of nodes) {
  const nodeId = `ns=${index};s=${id}`;
  const asked = new ReadRequest({
    timestampsToReturn: TimestampsToReturn.Both,
    nodesToRead: [{ nodeId, attributeId: AttributeIds.Value }],
  });
  const answered = await requester.performMessageTransaction(asked);
  const value = answered.results?.[0];
  if (!value) throw new Error(`no answer about ${id}`);
  const type = await session.browse({ nodeId, referenceTypeId: "HasTypeDefinition", resultMask: 63 });
  const properties = await session.browse({ nodeId, referenceTypeId: "HasProperty", resultMask: 63 });
  const texts: Record<string, string> = {};
  for (const { nodeId: property, browseName } of properties.references ?? []) {
    const read = await session.read({ nodeId: property, attributeId: AttributeIds.Value });
    texts[browseName.name ?? ""] = JSON.stringify(read.value.value);
  }
  said.push({
    id,
    value: value.value?.value ?? null,
    dataType: value.value?.dataType,
    status: value.statusCode.name,
    sourceAt: value.sourceTimestamp?.getTime() ?? null,
    type: type.references?.[0]?.browseName.name ?? null,
    properties: texts,
  });
}
process.stdout.write(`${JSON.stringify(said)}\n`);
await session.close();
await client.disconnect();

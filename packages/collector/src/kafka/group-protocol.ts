/** Of the group's members, as each of them names itself. */
export const protocolName = 'roundrobin';
export const protocolType = 'consumer';

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(2);
  length.writeInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

const int32 = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, at) => bytes.writeInt32BE(value, 4 * at));
  return bytes;
};

/** Version 0, in which both messages begin and end alike: nothing of the users' own. */
const version = Buffer.alloc(2);
const noUserData = int32(0);

/** https://github.com/apache/kafka/blob/4.1/clients/src/main/resources/common/message/ConsumerProtocolSubscription.json */
export const encodeSubscription = (topic: string): Buffer =>
  Buffer.concat([version, int32(1), text(topic), noUserData]);

/** https://github.com/apache/kafka/blob/4.1/clients/src/main/resources/common/message/ConsumerProtocolAssignment.json */
export const encodeAssignment = (topic: string, partitions: readonly number[]): Buffer =>
  Buffer.concat([version, int32(1), text(topic), int32(partitions.length, ...partitions), noUserData]);

/** The partitions of the topic that a member was given. */
export const decodeAssignment = (bytes: Buffer, topic: string): number[] => {
  const found: number[] = [];
  // A member that is left without any gets no bytes.
  if (bytes.length < 6) return found;
  let at = 6;
  for (let topics = bytes.readInt32BE(2); topics > 0; topics -= 1) {
    const length = bytes.readInt16BE(at);
    const name = bytes.toString('utf8', at + 2, at + 2 + length);
    at += 2 + length;
    const count = bytes.readInt32BE(at);
    at += 4;
    for (let index = 0; index < count; index += 1, at += 4) {
      if (name === topic) found.push(bytes.readInt32BE(at));
    }
  }
  return found;
};

/** Who gets what: in turns, in an order that does not change with who joined first. */
export const shareOut = (
  members: readonly { readonly memberId: string; readonly groupInstanceId?: string | null }[],
  partitions: number,
): Map<string, number[]> => {
  const nameOf = (at: (typeof members)[number]): string => at.groupInstanceId ?? at.memberId;
  const sorted = [...members].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const shares = sorted.map(({ memberId }): [string, number[]] => [memberId, []]);
  for (let partition = 0; partition < partitions; partition += 1) {
    shares[partition % shares.length]?.[1].push(partition);
  }
  return new Map(shares);
};

import { eventTypes, limits, type TrackingEvent } from '@nitka/core';

/** One request as the test collector received it. */
export interface ReceivedRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What the batch held; empty if the body was no batch. */
  readonly events: readonly TrackingEvent[];
  /** The parsed body, or undefined if it was no JSON. */
  readonly body: unknown;
}

/** What the test collector answers. */
export interface TestAnswer {
  /** HTTP status. */
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** @default what a collector says with this status */
  readonly body?: unknown;
}

/** Answers one request, or fails it: what throws here reaches the tracker as a network failure. */
export type Answering = (request: ReceivedRequest) => TestAnswer | Promise<TestAnswer>;

const gunzip = async (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> => {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
};

export const readRequest = async (
  path: string,
  headers: Record<string, string>,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<ReceivedRequest> => {
  let body: unknown;
  try {
    const plain = headers['content-encoding'] === 'gzip' ? await gunzip(bytes) : bytes;
    body = JSON.parse(new TextDecoder().decode(plain));
  } catch {
    body = undefined;
  }
  return { path, headers, body, events: eventsOf(path, body) };
};

/** `/v1/track` and its like take one event, whose type is the last part of the path. */
const eventsOf = (path: string, body: unknown): readonly TrackingEvent[] => {
  const { batch } = (body ?? {}) as { batch?: unknown };
  if (Array.isArray(batch)) return batch as TrackingEvent[];
  const type = eventTypes.find((name) => path.endsWith(`/${name}`));
  return type && body ? [{ ...(body as TrackingEvent), type }] : [];
};

/** What a real collector answers: the write key and the limits are judged, the events are taken as they are. */
export const usualAnswer =
  (writeKey: string): Answering =>
  ({ headers, body, events }) => {
    if (headers['authorization'] !== `Basic ${btoa(`${writeKey}:`)}`) return { status: 401 };
    if (body === undefined) return { status: 400 };
    return { status: events.length > limits.batchEvents ? 413 : 200 };
  };

export const answerBody = ({ status, body }: TestAnswer): string =>
  JSON.stringify(
    body ?? (status === 200 ? { success: true } : { code: `http_${status}`, message: 'test answer' }),
  );

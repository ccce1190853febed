export { createTestCollector } from './collector.ts';
export type { TestCollector, TestCollectorOptions } from './collector.ts';
export type { Answering, ReceivedRequest, TestAnswer } from './received.ts';

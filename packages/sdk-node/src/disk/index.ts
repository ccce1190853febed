export { diskQueue } from './disk-queue.ts';
export type { DiskQueueOptions } from './disk-queue.ts';

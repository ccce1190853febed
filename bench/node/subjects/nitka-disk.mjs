import { diskQueue } from '../../../packages/sdk-node/dist/disk.js';
import { openWith } from './nitka.mjs';

export const open = ({ endpoint, folder }) => ({
  ...openWith({ endpoint, queue: diskQueue({ folder }) }),
  isDurable: true,
});

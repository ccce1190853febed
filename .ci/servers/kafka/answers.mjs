// answers.mjs PORT: exits with 0 if a Kafka broker answers. A broker opens its port before it takes requests.
import { connect } from 'node:net';

// ApiVersions, version 0: length, API key 18, version, correlation id, no client id.
// https://kafka.apache.org/protocol#The_Messages_ApiVersions
const request = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 7, 255, 255]);
const socket = connect(Number(process.argv[2]), '127.0.0.1', () => socket.write(request));
// Length, correlation id, error code.
socket.once('data', (answer) => {
  process.exit(answer.readInt32BE(4) === 7 && answer.readInt16BE(8) === 0 ? 0 : 1);
});
socket.setTimeout(2000, () => process.exit(1));
socket.on('error', () => process.exit(1));
socket.on('close', () => process.exit(1));

/**
 * Every error code of Nitka, in one table. `status` is the HTTP status where the collector answers with the code,
 * or null where the code is a verdict on one event, an error of an SDK, or a fault at the collector's start.
 *
 * The texts say what to do. They are kept out of the browser bundle, which imports the code's type only.
 */
export const errors = {
  // Answers of the collector to a whole request.
  malformed_json: { status: 400, text: 'The body is not valid JSON. Send one JSON object in UTF-8.' },
  invalid_body: {
    status: 400,
    text: 'The body must be one event object, or an object with a "batch" array.',
  },
  unknown_write_key: {
    status: 401,
    text: 'The write key is missing or unknown. Check it against the sources in the config of the collector.',
  },
  operator_token_wrong: {
    status: 401,
    text: 'This route is for the operator. Send the token of the config as `Authorization: Bearer`.',
  },
  origin_not_allowed: {
    status: 403,
    text: 'This write key does not accept this page. Add the origin to the source in the config of the collector.',
  },
  not_found: { status: 404, text: 'There is no such route. See docs/protocol.md for the list.' },
  method_not_allowed: {
    status: 405,
    text: 'The route exists, but not for this method. See docs/protocol.md.',
  },
  request_timeout: { status: 408, text: 'The request did not arrive in time. Send it again.' },
  body_too_large: {
    status: 413,
    text: 'The body is over the limit. Cut the batch in two and send both parts.',
  },
  headers_too_large: {
    status: 431,
    text: 'The headers of the request are over the limit. Remove cookies or query parameters.',
  },
  unsupported_encoding: { status: 415, text: 'Only identity and gzip bodies are read. Send one of the two.' },
  rate_limited: {
    status: 429,
    text: 'Too many requests. Wait for the seconds in Retry-After, then send again.',
  },
  internal_error: {
    status: 500,
    text: 'The collector failed. Nothing was accepted: send the same events again.',
  },
  overloaded: {
    status: 503,
    text: 'The collector is busy. Wait for the seconds in Retry-After, then send again.',
  },
  spool_unavailable: {
    status: 503,
    text: 'Kafka did not take the events. Wait for the seconds in Retry-After, then send the same events again.',
  },
  spool_full: {
    status: 503,
    text: 'The disk of the collector is full. Nothing was accepted: free space, then send the same events again.',
  },
  shutting_down: { status: 503, text: 'The collector is stopping. Send the same events again in a moment.' },

  // Verdicts on one event: it is kept in the rejects, the rest of the batch is accepted.
  event_not_object: { status: null, text: 'The event must be a JSON object.' },
  event_too_large: {
    status: null,
    text: 'The event is over the limit of bytes. Send less in properties or traits.',
  },
  event_type_unknown: {
    status: null,
    text: 'The type must be track, page, screen, identify, group or alias.',
  },
  event_name_missing: { status: null, text: 'A track event needs a non-empty string in "event".' },
  group_id_missing: { status: null, text: 'A group event needs a "groupId".' },
  previous_id_missing: { status: null, text: 'An alias event needs a "previousId" and a "userId".' },
  identity_missing: { status: null, text: 'The event needs an "anonymousId" or a "userId".' },
  message_id_invalid: { status: null, text: 'The messageId must be a string of 1 to 100 characters.' },
  message_id_reserved: {
    status: null,
    text: 'A page may not send a messageId made from a business key (UUIDv5): it could claim the receipt of a till.',
  },
  field_invalid: {
    status: null,
    text: 'A field has a type that the protocol does not allow. See docs/protocol.md.',
  },
  nesting_too_deep: { status: null, text: 'The event is nested too deeply. Flatten properties or traits.' },
  forgotten: {
    status: null,
    text: 'The event is of a visitor or user who was forgotten on request. Nothing of it was kept.',
  },
  destination_refused: {
    status: null,
    text: 'The destination refused the row. Its own words are in the reject.',
  },

  // Errors of the SDKs.
  invalid_option: { status: null, text: 'An option of the tracker is missing or has the wrong type.' },
  invalid_call: {
    status: null,
    text: 'A call has an argument that cannot become an event. The event was not made.',
  },
  queue_full: {
    status: null,
    text: 'The queue is at its limit. The event was not kept: wait for room, or raise the limit.',
  },
  event_expired: { status: null, text: 'The event waited longer than the maximum age and was removed.' },
  storage_failed: {
    status: null,
    text: 'The storage failed; the detail says how. What was stored before stays stored.',
  },
  delivery_failed: {
    status: null,
    text: 'The collector did not answer, or asked for patience. The events are kept.',
  },
  delivery_held: {
    status: null,
    text: 'The collector refuses this client (write key, origin or address). The events are kept: correct the set-up.',
  },
  delivery_refused: {
    status: null,
    text: 'The collector refused an event for good. It was removed from the queue.',
  },
  tracker_closed: { status: null, text: 'The tracker is closed. Calls after close() are not kept.' },
  plugin_failed: { status: null, text: 'A plugin threw. The tracker goes on without it.' },

  // Faults of the collector's own start and commands.
  command_invalid: {
    status: null,
    text: 'The command line cannot be used as it is. The detail says why; `nitka-collector --help` shows what there is.',
  },
  config_invalid: { status: null, text: 'The config has faults. Each is listed with its path.' },
  config_missing: { status: null, text: 'There is no config file. Run `nitka-collector init` to write one.' },
  config_exists: {
    status: null,
    text: 'There is a config file already, with keys in use. Name another with --config, or remove it.',
  },
  spool_in_use: {
    status: null,
    text: 'Another process owns this data folder. Stop it, or choose another folder.',
  },
  spool_corrupt: {
    status: null,
    text: 'The spool could not be read. Restore it from a backup; see docs/operations.md.',
  },
  destination_client_missing: {
    status: null,
    text: 'The client package of this destination is not installed. Install the package that is named.',
  },
  destination_unreachable: {
    status: null,
    text: 'The destination did not answer. Events wait in the spool.',
  },
  destination_schema: {
    status: null,
    text: 'A table of the destination has not the columns that are expected. Events wait in the spool.',
  },
  query_failed: {
    status: null,
    text: 'The query was refused by the destination. Its own words are in the detail.',
  },
  keys_missing: {
    status: null,
    text: 'The policy of the identifiers needs keys, and there are none. Run `nitka-collector keys create`.',
  },
  keys_exist: {
    status: null,
    text: 'There are keys already. `nitka-collector keys rotate` adds a new one.',
  },
  keys_invalid: { status: null, text: 'The file of the keys cannot be read. Restore it from a backup.' },
  key_unknown: {
    status: null,
    text: 'There is no key of this name that could be retired. `nitka-collector keys list` shows them.',
  },
  key_in_use: {
    status: null,
    text: 'Hashes by this key have not come again under the new one: whoever has them would get another. Wait, or give --force.',
  },
  vault_key_missing: {
    status: null,
    text: 'The vault needs its key. Name its file in privacy.vaultKeyFile, or put it into the environment as NITKA_VAULT_KEY.',
  },
  vault_key_invalid: {
    status: null,
    text: 'The key of the vault must be 32 bytes in base64 or hex. `nitka-collector keys create` makes one.',
  },
  vault_key_wrong: {
    status: null,
    text: 'The vault was sealed with another key. Put the key that it had behind the new one.',
  },
  token_unknown: { status: null, text: 'The vault has no value for this token.' },
  forget_invalid: {
    status: null,
    text: 'Name one person by one of --phone, --email, --visitor, --user, with a value of that kind.',
  },
  kafka_unsupported: {
    status: null,
    text: 'This command works on a local spool, and here the spool is a topic of Kafka. The detail says what to do instead.',
  },
  forget_incomplete: {
    status: null,
    text: 'Not everything could be reached yet. Run the same command again when what is named answers.',
  },
  query_not_supported: { status: null, text: 'This destination cannot be queried through the collector.' },
  destination_unknown: {
    status: null,
    text: 'The config has no destination of this name. `nitka-collector check` lists them.',
  },
  batch_unknown: {
    status: null,
    text: 'This is not the id of a batch of this spool. See the column batch_id of raw_events.',
  },
  reject_unknown: {
    status: null,
    text: 'There is no reject of this number. See `nitka-collector rejects list`.',
  },
  site_unreachable: {
    status: null,
    text: 'The site or the collector did not answer. Check the address, the name and the certificate.',
  },
  backup_unreadable: {
    status: null,
    text: 'This folder holds no backup of a spool. Name the folder that `nitka-collector backup` wrote.',
  },
  file_unusable: {
    status: null,
    text: 'A file or folder cannot be used. The detail says which, and why: it is missing, or its rights do not allow it.',
  },
  listen_failed: {
    status: null,
    text: 'The collector cannot listen at its address. Free the port, or change the address in the config.',
  },
  folder_not_empty: {
    status: null,
    text: 'There is something in this folder already. Name another one, or move what is in it away.',
  },
} as const satisfies Record<string, { status: number | null; text: string }>;

export type ErrorCode = keyof typeof errors;

/** An error with a code of the table. `detail` never holds personal data. */
export class NitkaError extends Error {
  readonly code: ErrorCode;
  readonly detail: string | undefined;

  constructor(code: ErrorCode, detail?: string, options?: { cause?: unknown }) {
    super(detail ? `${errors[code].text} (${detail})` : errors[code].text, options);
    this.name = 'NitkaError';
    this.code = code;
    this.detail = detail;
  }
}

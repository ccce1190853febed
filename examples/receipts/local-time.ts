/** The wall clock of a zone at a moment, as if it were UTC: milliseconds since 1970. */
const wallClock = (format: Intl.DateTimeFormat, moment: number): number => {
  const part = Object.fromEntries(
    format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]),
  );
  return Date.UTC(
    part['year']!,
    part['month']! - 1,
    part['day'],
    part['hour'],
    part['minute'],
    part['second'],
  );
};

/**
 * Reads `2011-06-09 12:50:00` as the wall clock of a zone. In the hour that comes twice when summer time ends the
 * earlier moment is taken.
 *
 * @param zone an IANA name such as `Europe/London`
 * @example createLocalTime('Europe/London')('2011-06-09 12:50:00') // 2011-06-09T11:50:00.000Z
 */
export const createLocalTime = (zone: string): ((text: string) => Date) => {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (text) => {
    const asUtc = Date.parse(`${text.replace(' ', 'T')}Z`);
    if (Number.isNaN(asUtc)) throw new Error(`no local time: ${text}`);
    // The offset is taken half a day earlier first: on the days that change the clock the two differ.
    const guess = asUtc - (wallClock(format, asUtc - 43_200_000) - (asUtc - 43_200_000));
    const drift = wallClock(format, guess) - asUtc;
    return new Date(guess - drift);
  };
};

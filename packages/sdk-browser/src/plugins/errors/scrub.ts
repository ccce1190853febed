/**
 * A text without what may tell of a person: queries and fragments of addresses, e-mails, numbers as long as a phone.
 * Line and column in a stack stay.
 */
export const withoutPersonal = (text: string): string =>
  text
    .replace(/([\w+.-]+:\/\/[^\s?#:]+(?::\d+)?[^\s?#:]*)[?#][^\s:)'"]*/g, '$1')
    .replace(/[^\s@<>'"(]+(@|%40)[^\s@<>'")]+\.[^\s@<>'"):]+/g, '<email>')
    .replace(/\+?\d(?:[\s().-]{0,3}\d){9,}/g, '<number>');

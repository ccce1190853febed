/*
 * What sites write into name, id, placeholder and labels, in Russian and English. They are tested on a text in lower
 * case with spaces at both ends: `\b` knows Latin letters only, and look-behind breaks Safari before 16.4 at parsing.
 */

export const phoneWords =
  /phone|mobile|whats|[^a-z](tel|cell)[^a-z]|телефон|мобил|сотов|[^а-яё]тел[^а-яё]|\+ ?7|___/;

export const emailWords = /mail|почт|м[еэ]йл/;

/** A field for a login is read only as an e-mail: anything else in it may be a secret of the site. */
export const loginWords = /login|user|логин/;

/** What must not be read, numbers as long as a phone that are something else, and contacts of somebody else. */
export const foreignWords =
  /passw|парол|passport|паспорт|card.?n|card |карт|cv[cv]|snils|снилс|[^a-zа-яё](otp|pin|pan|inn|инн|кпп|imei|iban)[^a-zа-яё]|ogrn|огрн|(sms|смс|confirm|verif|подтв).{0,9}(code|код)|(code|код).{0,12}(sms|смс|подтв)|search|поиск|order.?(n|id)|заказа|сч[её]т|договор|fax|факс|company|компани|организац|office|офис|manager|менедж|employer|работодат|emergency|экстр|родств/;

/** On a field or on the form as a whole. */
export const inviteWords = /friend|друг[аеу]|gift|подар|referral|invit|приглас/;

/** Read when there is nothing better. */
export const secondWords =
  /recipient|получат|work|рабоч|[^а-яё]доп|additional|second|extra|alt|reserve|запасн|2 /;

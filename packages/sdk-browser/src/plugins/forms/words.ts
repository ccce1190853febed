/*
 * What sites write into name, id, placeholder and labels, in Russian and English. `\b` knows Latin letters only and
 * look-behind breaks Safari before 16.4 at parsing, hence the edges spelled out.
 */

export const phoneWords =
  /phone|mobile|whats.?app|viber|(^|[^a-z])(tel|cell)([^a-z]|$)|телефон|мобильн|сотов|(^|[^а-яё])тел([^а-яё]|$)|\+ ?7|\(?___/;

export const emailWords = /e-?mail|почт|[ие]-?м[еэ]йл|эл.{0,10}адрес/;

/** A field for a login is read only as an e-mail: anything else in it may be a secret of the site. */
export const loginWords = /login|log.in|user|логин|sign.?in/;

/** Numbers as long as a phone that are something else, and what must not be read at all. */
export const privateWords =
  /passw|парол|captcha|card.?num|(^|[^a-z])card$|карт[аыуе]|cv[cv]|passport|паспорт|snils|снилс|(^|[^a-zа-яё])(otp|pin|pan|inn|инн|кпп|kpp|imei|iban)([^a-zа-яё]|$)|ogrn|огрн|(sms|смс|confirm|verif|подтвер).{0,9}(code|код)|(code|код).{0,12}(sms|смс|подтвер)|search|поиск|order.?(n|id)|заказа|сч[её]т|договор|promo|промо|купон|coupon/;

/** Somebody else's: a company's, a friend's. */
export const foreignWords =
  /fax|факс|company|компани|организац|office|офис|manager|менеджер|support|employer|работодател|emergency|экстренн|родственн/;

/** On a field or on the form as a whole. */
export const inviteWords = /friend|друг[аеу]|gift|подар|refer|invit|приглас/;

/** Read when there is nothing better. */
export const secondWords =
  /recipient|получател|work|рабоч|(^|[^а-яё])доп|additional|second|extra|alt|reserve|запасн|2$/;

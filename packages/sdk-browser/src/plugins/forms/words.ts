/*
 * What sites write into name, id, placeholder and labels, in Russian and English. They are tested on a text in lower
 * case in which words stand between single spaces and each part ends with `;`: `\b` knows Latin letters only, and
 * look-behind breaks Safari before 16.4 at parsing.
 */

export const phoneWords = /phone|mobile|msisdn|whats| (tel|cell|тел) |телефон|мобил|сотов|\+ ?7/;

/** They may be of a phone: the value has to look like one. */
export const numberWords = /(ваш|контактный) номер|для связи|contact num/;

/** A phone of a person, where little but the keyboard says that a field is for one. */
export const doubtlessPhone = /^(\+|0|[78]?\D{0,3}9(\D*\d){9}$)/;

/** A field for a login is read only as an e-mail: anything else in it may be a secret of the site. */
export const emailWords = /mail|почт|м[еэ]йл|login|user|логин/;

/**
 * Numbers as long as a phone that are something else, secrets, and contacts of somebody else. One-time codes need no
 * word: they are too short for a phone.
 */
export const foreignWords =
  /pass[wp]|парол|паспорт|card ?[n;]|карт|snils|снилс| (pan|inn|инн|imei) |ogrn|огрн|search|поиск|order ?(n|id)|заказа|сч[её]т|договор|fax|факс|compan|компани|организац|office|офис|manager|менедж|employer|работодат|emergency|экстр|родств|трек|track(ing)? n|полис|удостов|licen[cs]e/;

/** One field for either, in which a shop asks its regular customers who they are. */
export const phoneOrCard = /(телефон\S*|phone) (или|or) (номер |number )?(карт|card)/;

/** An e-mail of somebody else; a phone of whoever receives an order is mostly the visitor's own. */
export const recipientWords = /recipient|получат/;

/** On a field or on the form as a whole. */
export const inviteWords = /friend|друг[аеу]|gift|подар|referral|invit|приглас/;

/** Read when there is nothing better. */
export const secondWords = /recipient|получат|work|рабоч| доп|additional|second|extra|alt|reserve|запасн| 2/;

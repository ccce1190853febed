/**
 * Forms as sites build them, what a visitor does there, and who the visitor is then known to be. The same list runs
 * in jsdom and in a real browser. Selectors: `>>>` goes into a shadow tree.
 */
export type Step =
  | ['fill', selector: string, value: string]
  | ['click', selector: string]
  | ['enter', selector: string]
  | ['run', script: string];

export interface FormFixture {
  name: string;
  html: string;
  steps: Step[];
  /** One entry for each link, in order. */
  links: { phone?: string; email?: string }[];
}

const phone = '+79995551111';
const email = 'ann@mail.example.ru';

/** The page keeps the browser on the page after a native submit. */
const stay = '<script>addEventListener("submit", (event) => event.preventDefault())</script>';
const onSubmit = (body: string) =>
  `<script>document.querySelector('form').addEventListener('submit', (event) => { event.preventDefault(); ${body} })</script>`;
const onClick = (selector: string, body: string) =>
  `<script>document.querySelector('${selector}').addEventListener('click', (event) => { ${body} })</script>`;

export const linking: FormFixture[] = [
  {
    name: 'native form with autocomplete',
    html: `<form action="/order"><input name="a" autocomplete="tel"><input name="b" autocomplete="email"><button>Send</button></form>${stay}`,
    steps: [
      ['fill', '[name=a]', '8 (999) 555-11-11'],
      ['fill', '[name=b]', ' Ann@Mail.Example.ru '],
      ['click', 'button'],
    ],
    links: [{ phone, email }],
  },
  {
    name: 'native call-back form in Russian, label around the field',
    html: `<form><label>Ваш телефон <input type="text" name="f1"></label><label>Имя <input name="f2"></label><button>Перезвоните мне</button></form>${stay}`,
    steps: [
      ['fill', '[name=f1]', '9995551111'],
      ['fill', '[name=f2]', 'Анна'],
      ['click', 'button'],
    ],
    links: [{ phone }],
  },
  {
    name: 'label tied by for, name says nothing',
    html: `<form><label for="x9">Электронная почта</label><input id="x9" name="field_9"><input type="submit" value="Подписаться"></form>${stay}`,
    steps: [
      ['fill', '#x9', 'ann@mail.example.ru'],
      ['click', '[type=submit]'],
    ],
    links: [{ email }],
  },
  {
    name: 'title in a block beside the field, as site builders write it',
    html: `<form><div class="row"><div class="title">Телефон *</div><div class="value"><input name="form_text_12"></div></div><div class="row"><div class="title">Имя</div><div class="value"><input name="form_text_13"></div></div><button>Отправить</button></form>${stay}`,
    steps: [
      ['fill', '[name=form_text_12]', '+7 999 555 11 11'],
      ['click', 'button'],
    ],
    links: [{ phone }],
  },
  {
    name: 'only aria-label, English',
    html: `<form><input aria-label="Mobile number" name="q1"><button>Book a call</button></form>${stay}`,
    steps: [
      ['fill', 'input', '+1 415 555 26 71'],
      ['click', 'button'],
    ],
    links: [{ phone: '+14155552671' }],
  },
  {
    name: 'aria-labelledby',
    html: `<form><span id="l1">Контактный телефон</span><input aria-labelledby="l1" name="q1"><button>OK</button></form>${stay}`,
    steps: [
      ['fill', 'input', '89995551111'],
      ['click', 'button'],
    ],
    links: [{ phone }],
  },
  {
    name: 'newsletter: one e-mail field, Enter',
    html: `<form class="subscribe"><input type="email" placeholder="E-mail"><button>→</button></form>${stay}`,
    steps: [
      ['fill', 'input', 'ann@mail.example.ru'],
      ['enter', 'input'],
    ],
    links: [{ email }],
  },
  {
    name: 'login form with an e-mail in the login field',
    html: `<form action="/login"><input name="login" placeholder="Логин"><input type="password" name="pass"><button>Войти</button></form>${stay}`,
    steps: [
      ['fill', '[name=login]', 'ann@mail.example.ru'],
      ['fill', '[name=pass]', 'ann@secret.example.ru'],
      ['click', 'button'],
    ],
    links: [{ email }],
  },
  {
    name: 'one field for phone or e-mail, given the phone',
    html: `<form><input name="contact" placeholder="Телефон или e-mail"><button>Далее</button></form>${stay}`,
    steps: [
      ['fill', 'input', '8-999-555-11-11'],
      ['click', 'button'],
    ],
    links: [{ phone }],
  },
  {
    name: 'one field for phone or e-mail, given the e-mail',
    html: `<form><input name="contact" placeholder="Телефон или e-mail"><button>Далее</button></form>${stay}`,
    steps: [
      ['fill', 'input', 'ann@mail.example.ru'],
      ['click', 'button'],
    ],
    links: [{ email }],
  },
  {
    name: 'script calls form.submit(), which fires no event',
    html: `<form><input type="tel" name="phone"><a href="#" class="btn">Заказать</a></form>${onClick('.btn', "event.preventDefault(); document.querySelector('form').submit()")}`,
    steps: [
      ['fill', 'input', '+79995551111'],
      ['click', '.btn'],
    ],
    links: [{ phone }],
  },
  {
    name: 'a field named "submit" hides the method: the prototype is called',
    html: `<form id="f"><input type="tel" name="phone"><input type="button" name="submit" value="Send"></form>${onClick('[name=submit]', "HTMLFormElement.prototype.submit.call(document.getElementById('f'))")}`,
    steps: [
      ['fill', '[name=phone]', '+79995551111'],
      ['click', '[name=submit]'],
    ],
    links: [{ phone }],
  },
  {
    name: 'script calls requestSubmit()',
    html: `<form><input type="tel" name="phone"></form><div class="go">Go</div>${stay}${onClick('.go', "document.querySelector('form').requestSubmit()")}`,
    steps: [
      ['fill', 'input', '+79995551111'],
      ['click', '.go'],
    ],
    links: [{ phone }],
  },
  {
    name: 'submit event, then fetch, then form.submit(): one link',
    html: `<form><input type="tel" name="phone"><button>Send</button></form>${onSubmit("fetch('/check', { method: 'POST', body: new FormData(event.target) }).then(() => event.target.submit())")}`,
    steps: [
      ['fill', 'input', '+79995551111'],
      ['click', 'button'],
    ],
    links: [{ phone }],
  },
  {
    name: 'fetch on a click of a plain button, JSON body, no form at all',
    html: `<div class="card"><input id="tel" placeholder="+7 (___) ___-__-__"><button type="button">Позвоните мне</button></div>${onClick('button', "fetch('/send', { method: 'POST', body: JSON.stringify({ p: document.querySelector('#tel').value }) })")}`,
    steps: [
      ['fill', '#tel', '+7 (999) 555-11-11'],
      ['click', 'button'],
    ],
    links: [{ phone }],
  },
  {
    name: 'XMLHttpRequest with url-encoded body, as jQuery sends it, and the field cleared at once',
    html: `<div class="callback"><input class="js-phone"><span class="callback__btn">Жду звонка</span></div>${onClick(
      '.callback__btn',
      "const field = document.querySelector('.js-phone'); const request = new XMLHttpRequest(); request.open('POST', '/send'); const body = 'phone=' + encodeURIComponent(field.value).replace(/%20/g, '+'); field.value = ''; request.send(body)",
    )}`,
    steps: [
      ['fill', '.js-phone', '+7 (999) 555-11-11'],
      ['click', '.callback__btn'],
    ],
    links: [{ phone }],
  },
  {
    name: 'GET request that carries the value in its address, sent by Enter',
    html: `<div class="box"><input type="email" id="m"></div><script>document.getElementById('m').addEventListener('keydown', (event) => { if (event.key === 'Enter') fetch('/subscribe?m=' + encodeURIComponent(event.target.value)) })</script>`,
    steps: [
      ['fill', '#m', 'ann@mail.example.ru'],
      ['enter', '#m'],
    ],
    links: [{ email }],
  },
  {
    name: 'request a while after the click: a captcha in between',
    html: `<div><input type="tel" name="phone"><button type="button">Send</button></div>${onClick('button', "setTimeout(() => fetch('/send', { method: 'POST', body: new URLSearchParams({ phone: document.querySelector('input').value }) }), 50)")}`,
    steps: [
      ['fill', 'input', '+79995551111'],
      ['click', 'button'],
    ],
    links: [{ phone }],
  },
  {
    name: 'beacon with a Blob',
    html: `<div><input type="email" name="mail"><button type="button">Join</button></div><script>navigator.sendBeacon ??= () => true</script>${onClick('button', "navigator.sendBeacon('/send', new Blob([JSON.stringify({ mail: document.querySelector('input').value })]))")}`,
    steps: [
      ['fill', 'input', 'ann@mail.example.ru'],
      ['click', 'button'],
    ],
    links: [{ email }],
  },
  {
    name: 'React-controlled: state, re-rendered value, synthetic submit at the root, cleared after',
    html: `<div id="root"><form><input name="email" value=""><button type="submit">Sign up</button></form></div>
      <script>{
        const root = document.getElementById('root'); const field = root.querySelector('input'); const state = { email: '' };
        root.addEventListener('input', (event) => { state.email = event.target.value; field.setAttribute('value', state.email); field.value = state.email; });
        root.addEventListener('submit', (event) => { event.preventDefault(); event.stopImmediatePropagation(); const body = JSON.stringify(state); state.email = ''; field.value = ''; fetch('/api/signup', { method: 'POST', body }); });
      }</script>`,
    steps: [
      ['fill', 'input', 'ann@mail.example.ru'],
      ['click', 'button'],
    ],
    links: [{ email }],
  },
  {
    name: 'React without form: the whole block is replaced by thanks before the request leaves',
    html: `<div id="root"><section><input inputmode="tel" data-testid="p" placeholder="Phone number"><div role="button" class="css-1x2">Request a call</div></section></div>${onClick('[role=button]', "const value = document.querySelector('input').value; document.querySelector('section').innerHTML = 'Thanks'; Promise.resolve().then(() => fetch('/graphql', { method: 'POST', body: JSON.stringify({ variables: { phone: value } }) }))")}`,
    steps: [
      ['fill', 'input', '+44 20 7946 0958'],
      ['click', '[role=button]'],
    ],
    links: [{ phone: '+442079460958' }],
  },
  {
    name: 'masked as imask and inputmask do: separators, full',
    html: `<form><input name="phone" placeholder="+7 (___) ___-__-__"><button>Отправить</button></form>${stay}
      <script>{
        const field = document.querySelector('input');
        field.addEventListener('input', () => { const d = field.value.replace(/\\D/g, '').replace(/^[78]/, ''); let at = 0; field.value = '+7 (___) ___-__-__'.replace(/_/g, (blank) => d[at++] ?? blank); });
      }</script>`,
    steps: [
      ['fill', 'input', '89995551111'],
      ['click', 'button'],
    ],
    links: [{ phone }],
  },
  {
    name: 'mask that shows the code beside the field, national part in it',
    html: `<form><div class="phone-input"><span class="phone-input__code">+375</span><input type="tel" name="phone"></div><button>Отправить</button></form>${stay}`,
    steps: [
      ['fill', 'input', '29 123-45-67'],
      ['click', 'button'],
    ],
    links: [{ phone: '+375291234567' }],
  },
  {
    name: 'code menu and number in one form',
    html: `<form><select name="phone_code"><option value="+7">RU</option><option value="+998">UZ</option></select><input name="phone_number"><button>OK</button></form>${stay}`,
    steps: [
      ['run', "document.querySelector('select').value = '+998'"],
      ['fill', 'input', '90 123 45 67'],
      ['click', 'button'],
    ],
    links: [{ phone: '+998901234567' }],
  },
  {
    name: 'phone in three short fields',
    html: `<form><fieldset><legend>Телефон</legend><input name="phone_a" size="3"><input name="phone_b" size="3"><input name="phone_c" size="4"></fieldset><button>OK</button></form>${stay}`,
    steps: [
      ['fill', '[name=phone_a]', '+7 999'],
      ['fill', '[name=phone_b]', '555'],
      ['fill', '[name=phone_c]', '1111'],
      ['click', 'button'],
    ],
    links: [{ phone }],
  },
  {
    name: 'multi-step, steps hidden by style, one submit at the end',
    html: `<form><div class="s1"><input type="tel" name="phone"><button type="button" class="next">Далее</button></div><div class="s2" style="display:none"><input name="city"><button class="end">Готово</button></div></form>${stay}${onClick('.next', "document.querySelector('.s1').style.display = 'none'; document.querySelector('.s2').style.display = ''")}`,
    steps: [
      ['fill', '[name=phone]', '+79995551111'],
      ['click', '.next'],
      ['fill', '[name=city]', 'Уфа'],
      ['click', '.end'],
    ],
    links: [{ phone }],
  },
  {
    name: 'multi-step, earlier step removed from the page, sent by fetch at the end',
    html: `<div id="quiz"><input type="tel" name="phone"><button type="button">Next</button></div>
      <script>{
        const quiz = document.getElementById('quiz'); const data = {};
        quiz.addEventListener('click', (event) => {
          if (event.target.textContent === 'Next') { data.phone = quiz.querySelector('input').value; quiz.innerHTML = '<p>All correct?</p><button type="button" class="end">Confirm</button>'; }
          else if (event.target.className === 'end') fetch('/quiz', { method: 'POST', body: JSON.stringify(data) });
        });
      }</script>`,
    steps: [
      ['fill', 'input', '+7 999 555-11-11'],
      ['click', 'button'],
      ['click', '.end'],
    ],
    links: [{ phone }],
  },
  {
    name: 'modal put into the page later, its button outside the form',
    html: `<button class="open">Заказать звонок</button>${stay}${onClick('.open', 'document.body.insertAdjacentHTML(\'beforeend\', \'<div class="modal"><form id="cb"><input name="PHONE" type="text"></form><div class="modal-footer"><button type="button" class="modal-close">×</button><button form="cb" class="send">Отправить</button></div></div>\')')}`,
    steps: [
      ['click', '.open'],
      ['fill', '.modal input', '8 999 555 11 11'],
      ['click', '.send'],
    ],
    links: [{ phone }],
  },
  {
    name: 'dialog element with method=dialog',
    html: `<dialog open><form method="dialog"><input type="email" name="mail"><button>OK</button></form></dialog>`,
    steps: [
      ['fill', 'input', 'ann@mail.example.ru'],
      ['click', 'button'],
    ],
    links: [{ email }],
  },
  {
    name: 'form in a shadow tree',
    html: `<x-lead></x-lead><script>customElements.define('x-lead', class extends HTMLElement { connectedCallback() { const root = this.attachShadow({ mode: 'open' }); root.innerHTML = '<form><input type="tel" name="phone"><button>Send</button></form>'; root.querySelector('form').addEventListener('submit', (event) => event.preventDefault()); } })</script>`,
    steps: [
      ['fill', 'x-lead >>> input', '+79995551111'],
      ['click', 'x-lead >>> button'],
    ],
    links: [{ phone }],
  },
  {
    name: 'form around fields that are web components',
    html: `<form><x-field label="E-mail" name="email"></x-field><button>Send</button></form>${stay}<script>customElements.define('x-field', class extends HTMLElement { connectedCallback() { this.attachShadow({ mode: 'open' }).innerHTML = '<label>E-mail <input></label>'; } })</script>`,
    steps: [
      ['fill', 'x-field >>> input', 'ann@mail.example.ru'],
      ['click', 'button'],
    ],
    links: [{ email }],
  },
  {
    name: 'Bitrix24 form: own markup, novalidate, sent by its script',
    html: `<div class="b24-form"><form method="post" novalidate class="b24-form-content"><div class="b24-form-field b24-form-field-phone"><div class="b24-form-control-container"><input name="phone" type="tel" class="b24-form-control" autocomplete="on"><div class="b24-form-control-label">Телефон</div></div></div><div class="b24-form-btn-container"><button type="submit" class="b24-form-btn">Отправить</button></div></form></div>${onSubmit("const data = new FormData(); data.set('values', JSON.stringify({ LEAD_PHONE: [event.target.elements.phone.value] })); fetch('/bitrix/services/main/ajax.php?action=crm.site.form.fill', { method: 'POST', body: data })")}`,
    steps: [
      ['fill', '[name=phone]', '+7 (999) 555-11-11'],
      ['click', 'button'],
    ],
    links: [{ phone }],
  },
  {
    name: 'Bitrix web form: fields by number, table markup',
    html: `<form name="SIMPLE_FORM_1" action="/contacts/" method="POST"><input type="hidden" name="sessid" value="0"><table><tr><td>Ваш e-mail<font>*</font></td><td><input type="text" class="inputtext" name="form_email_3" value=""></td></tr><tr><td>Телефон</td><td><input type="text" class="inputtext" name="form_text_4" value=""></td></tr></table><input type="submit" name="web_form_submit" value="Сохранить"></form>${stay}`,
    steps: [
      ['fill', '[name=form_email_3]', 'ann@mail.example.ru'],
      ['fill', '[name=form_text_4]', '8(999)5551111'],
      ['click', '[type=submit]'],
    ],
    links: [{ phone, email }],
  },
  {
    name: 'Tilda: rules in data attributes, mask with the code apart, hidden result, sent by XMLHttpRequest',
    html: `<form id="form1" class="t-form js-form-proccess" data-formactiontype="2" novalidate><input type="email" name="Email" class="t-input js-tilda-rule" placeholder="Email" data-tilda-rule="email"><div class="t-input t-input-phonemask__wrap"><div class="t-input-phonemask__select"><span class="t-input-phonemask__select-code">+7</span></div><input type="tel" class="t-input t-input-phonemask" name="tildaspec-phone-part[]" placeholder="(000) 000-00-00"><input type="hidden" class="js-phonemask-result" name="Phone"></div><button type="submit" class="t-submit">Отправить</button></form>${onSubmit("const request = new XMLHttpRequest(); request.open('POST', '/procces/'); request.send(new FormData(event.target))")}`,
    steps: [
      ['fill', '[name=Email]', 'ann@mail.example.ru'],
      ['fill', '.t-input-phonemask', '(999) 555-11-11'],
      ['click', '.t-submit'],
    ],
    links: [{ phone, email }],
  },
  {
    name: 'WordPress Contact Form 7',
    html: `<div class="wpcf7"><form action="/#wpcf7-f5-o1" method="post" class="wpcf7-form init" novalidate="novalidate"><input type="hidden" name="_wpcf7" value="5"><p><label> Your email<br><span class="wpcf7-form-control-wrap" data-name="your-email"><input size="40" class="wpcf7-form-control wpcf7-email wpcf7-validates-as-email" aria-required="true" value="" type="email" name="your-email"></span></label></p><p><span class="wpcf7-form-control-wrap" data-name="tel-123"><input class="wpcf7-form-control wpcf7-tel" type="tel" name="tel-123"></span></p><input class="wpcf7-form-control wpcf7-submit" type="submit" value="Send"></form></div>${onSubmit("fetch('/wp-json/contact-form-7/v1/contact-forms/5/feedback', { method: 'POST', body: new FormData(event.target) })")}`,
    steps: [
      ['fill', '[name=your-email]', 'ann@mail.example.ru'],
      ['fill', '[name=tel-123]', '+7-999-555-11-11'],
      ['click', '[type=submit]'],
    ],
    links: [{ phone, email }],
  },
  {
    name: 'Elementor form: field ids in brackets',
    html: `<form class="elementor-form" method="post"><div class="elementor-field-group"><label for="form-field-email" class="elementor-field-label">Email</label><input size="1" type="email" name="form_fields[email]" id="form-field-email"></div><div class="elementor-field-group"><input type="tel" name="form_fields[field_ab12]" id="form-field-field_ab12" placeholder="Phone" pattern="[0-9()#&+*-=.]+"></div><button type="submit"><span>Send</span></button></form>${onSubmit("fetch('/wp-admin/admin-ajax.php', { method: 'POST', body: new FormData(event.target) })")}`,
    steps: [
      ['fill', '[type=email]', 'ann@mail.example.ru'],
      ['fill', '[type=tel]', '89995551111'],
      ['click', 'button span'],
    ],
    links: [{ phone, email }],
  },
  {
    name: 'checkout: own phone, and the recipient has another',
    html: `<form><input name="recipient_phone" type="tel"><input name="phone" type="tel"><button>Оформить</button></form>${stay}`,
    steps: [
      ['fill', '[name=recipient_phone]', '+79161234567'],
      ['fill', '[name=phone]', '+79995551111'],
      ['click', 'button'],
    ],
    links: [{ phone }],
  },
  {
    name: 'a company shows its own phone in a read-only field',
    html: `<form><input name="shop_phone" type="tel" value="+7 495 123-45-60" readonly><input name="client" placeholder="Ваш телефон"><button>OK</button></form>${stay}`,
    steps: [
      ['fill', '[name=client]', '+79995551111'],
      ['click', 'button'],
    ],
    links: [{ phone }],
  },
  {
    name: 'fields whose names hide the properties of their form',
    html: `<form action="/x"><input type="hidden" name="id" value="5"><input type="hidden" name="name"><input type="hidden" name="className"><input type="hidden" name="tagName"><input type="hidden" name="elements"><input type="tel" name="phone"><button>OK</button></form>${stay}`,
    steps: [
      ['fill', '[name=phone]', '+79995551111'],
      ['click', 'button'],
    ],
    links: [{ phone }],
  },
  {
    name: 'two forms on a page, each its own visitor data, both sent',
    html: `<form id="a"><input type="email" name="email"><button>Subscribe</button></form><form id="b"><input type="tel" name="phone"><button>Call me</button></form>${stay}`,
    steps: [
      ['fill', '#a input', 'ann@mail.example.ru'],
      ['click', '#a button'],
      ['fill', '#b input', '+79995551111'],
      ['click', '#b button'],
    ],
    links: [{ email }, { phone }],
  },
  {
    name: 'menu of countries as a list with codes, the number typed as at home',
    html: `<form><div class="iti"><div class="iti__flag-container"><div class="iti__selected-flag" title="Russia (Россия): +7"><div class="iti__flag"></div></div><ul class="iti__country-list iti__hide"><li class="iti__country" data-dial-code="93"><span class="iti__country-name">Afghanistan</span><span class="iti__dial-code">+93</span></li><li class="iti__country" data-dial-code="7"><span class="iti__country-name">Russia</span><span class="iti__dial-code">+7</span></li></ul></div><input type="tel" name="phone"></div><button>Send</button></form>${stay}`,
    steps: [
      ['fill', 'input', '8 999 555-11-11'],
      ['click', 'form > button'],
    ],
    links: [{ phone }],
  },
  {
    name: 'the same, another country chosen, which only its title tells',
    html: `<form><div class="iti"><div class="iti__country-container"><button type="button" class="iti__selected-country" aria-label="Change country, currently selected Belarus (+375)"><div class="iti__flag"></div></button><ul class="iti__country-list iti__hide"><li class="iti__country"><span class="iti__dial-code">+93</span></li></ul></div><input type="tel" name="phone"></div><button>Send</button></form>${stay}`,
    steps: [
      ['fill', 'input', '8 029 123-45-67'],
      ['click', 'form > button'],
    ],
    links: [{ phone: '+375291234567' }],
  },
  {
    name: 'fields in a list, a menu whose values are countries and whose texts have the codes',
    html: `<form><ul><li><select name="dial_code"><option value="RU">Russia +7</option><option value="UZ">Uzbekistan (+998)</option></select><input name="phone_number"></li></ul><button>OK</button></form>${stay}`,
    steps: [
      ['run', "document.querySelector('select').value = 'UZ'"],
      ['fill', 'input', '90 123 45 67'],
      ['click', 'button'],
    ],
    links: [{ phone: '+998901234567' }],
  },
  {
    name: 'named by the attributes of a framework alone',
    html: `<form><input formcontrolname="phone"><input wire:model.live="form.email"><button>OK</button></form>${stay}`,
    steps: [
      ['fill', 'input', '+79995551111'],
      ['fill', 'input:nth-of-type(2)', 'ann@mail.example.ru'],
      ['click', 'button'],
    ],
    links: [{ phone, email }],
  },
  {
    name: 'named by its mask alone',
    html: `<form><input name="f1" data-inputmask="'mask': '+7 (999) 999-99-99'"><button>OK</button></form>${stay}`,
    steps: [
      ['fill', 'input', '+7 (999) 555-11-11'],
      ['click', 'button'],
    ],
    links: [{ phone }],
  },
  {
    name: 'a number for contact, not called a phone',
    html: `<form><label>Контактный номер <input name="f1"></label><button>OK</button></form>${stay}`,
    steps: [
      ['fill', 'input', '8 999 555-11-11'],
      ['click', 'button'],
    ],
    links: [{ phone }],
  },
  {
    name: 'one field for the phone or the card of a regular customer, given the phone',
    html: `<form><input type="tel" name="login" placeholder="Номер телефона или карты"><button>Войти</button></form>${stay}`,
    steps: [
      ['fill', 'input', '+7 999 555-11-11'],
      ['click', 'button'],
    ],
    links: [{ phone }],
  },
  {
    name: 'a block without a role or a class that serves as a button, by React',
    html: `<div><input placeholder="Телефон"><div style="cursor: pointer"><p>Жду звонка</p></div></div>${onClick('p', "fetch('/send', { method: 'POST', body: JSON.stringify({ p: document.querySelector('input').value }) })")}`,
    steps: [
      ['fill', 'input', '+79995551111'],
      ['click', 'p'],
    ],
    links: [{ phone }],
  },
  {
    name: 'international e-mail domain',
    html: `<form><input type="text" name="mail" placeholder="Почта"><button>OK</button></form>${stay}`,
    steps: [
      ['fill', 'input', 'anna@почта.рф'],
      ['click', 'button'],
    ],
    links: [{ email: 'anna@почта.рф' }],
  },
  {
    name: 'a mistake first, corrected and sent again',
    html: `<form novalidate><input type="tel" name="phone"><button>OK</button></form>${stay}`,
    steps: [
      ['fill', 'input', '+7999555'],
      ['click', 'button'],
      ['fill', 'input', '+79995551111'],
      ['click', 'button'],
      ['click', 'button'],
    ],
    links: [{ phone }],
  },
];

const native = (fields: string, attributes = '') =>
  `<form ${attributes}>${fields}<button>Send</button></form>${stay}`;
const sendAll = (value: string): Step[] => [
  ['fill', 'input:not([type=hidden])', value],
  ['click', 'button'],
];

const untold: Omit<FormFixture, 'links'>[] = [
  {
    name: 'site search',
    html: native('<input type="search" name="q">', 'role="search"'),
    steps: sendAll(phone),
  },
  {
    name: 'text field for a search',
    html: native('<input name="search" placeholder="Поиск по телефону">'),
    steps: sendAll(phone),
  },
  { name: 'password', html: native('<input type="password" name="email">'), steps: sendAll(email) },
  {
    name: 'card number on a phone keyboard',
    html: native('<label>Номер карты <input type="tel" name="num"></label>'),
    steps: sendAll('4000000000006'),
  },
  {
    name: 'card by autocomplete',
    html: native('<input type="tel" name="phone" autocomplete="cc-number">'),
    steps: sendAll('79995551111'),
  },
  {
    name: 'taxpayer number, 10 digits',
    html: native('<input type="tel" name="inn" placeholder="ИНН">'),
    steps: sendAll('7707083893'),
  },
  {
    name: 'SNILS, 11 digits',
    html: native('<label for="s">СНИЛС</label><input id="s" type="tel">'),
    steps: sendAll('79995551111'),
  },
  {
    name: 'passport',
    html: native('<input inputmode="tel" name="doc" aria-label="Серия и номер паспорта">'),
    steps: sendAll('9995551111'),
  },
  {
    name: 'one-time code',
    html: native('<input type="tel" autocomplete="one-time-code" name="phone">'),
    steps: sendAll('79995551111'),
  },
  {
    name: 'order number on a phone keyboard, nothing says phone',
    html: native('<input type="tel" name="order_number">'),
    steps: sendAll('9995551111'),
  },
  {
    name: 'numbers without any sign of a phone',
    html: native('<input type="tel" name="n1">'),
    steps: sendAll('4155552671'),
  },
  {
    name: 'half-filled mask whose digits pass for a number',
    html: native('<input type="tel" name="phone">', 'novalidate'),
    steps: sendAll('8 (999) 555-11-1_'),
  },
  {
    name: 'half-filled mask with underscores to the end',
    html: native('<input name="phone">'),
    steps: sendAll('+7 (999) 5__-__-__'),
  },
  {
    name: 'half-filled mask that shows no blanks, a digit short of a whole number',
    html: native('<input type="tel" name="phone">'),
    steps: sendAll('8 (999) 555-11-1'),
  },
  {
    name: 'the same with a seven',
    html: native('<input type="tel" name="phone">'),
    steps: sendAll('7 (999) 555-11-1'),
  },
  {
    name: 'too few digits',
    html: native('<input type="tel" name="phone">'),
    steps: sendAll('+7 999 555'),
  },
  {
    name: 'invented number',
    html: native('<input type="tel" name="phone">'),
    steps: sendAll('+7 777 777-77-77'),
  },
  {
    name: 'toll-free number',
    html: native('<input type="tel" name="phone">'),
    steps: sendAll('8 800 555-35-35'),
  },
  { name: 'no address', html: native('<input type="text" name="email">'), steps: sendAll('ann at mail') },
  {
    name: 'hidden field and a read-only phone of the company',
    html: native(
      '<input type="hidden" name="phone" value="+79995551111"><input name="tel" value="+79995551111" readonly>',
    ),
    steps: [['click', 'button']],
  },
  {
    name: 'disabled field',
    html: native('<input name="tel" value="+79995551111" disabled>'),
    steps: [['click', 'button']],
  },
  {
    name: 'ignored field',
    html: native('<input type="tel" name="phone" data-nitka-ignore>'),
    steps: sendAll(phone),
  },
  {
    name: 'ignored form',
    html: native('<input type="tel" name="phone">', 'data-nitka-ignore'),
    steps: sendAll(phone),
  },
  {
    name: 'ignored ancestor, form in a shadow tree',
    html: `<section data-nitka-ignore><x-lead></x-lead></section><script>customElements.define('x-lead', class extends HTMLElement { connectedCallback() { const root = this.attachShadow({ mode: 'open' }); root.innerHTML = '<form><input type="tel" name="phone"><button>Send</button></form>'; root.querySelector('form').addEventListener('submit', (event) => event.preventDefault()); } })</script>`,
    steps: [
      ['fill', 'x-lead >>> input', phone],
      ['click', 'x-lead >>> button'],
    ],
  },
  {
    name: 'one field for the phone or the card of a regular customer, given a card of 13 digits',
    html: native('<input type="tel" name="login" placeholder="Номер телефона или карты">'),
    steps: sendAll('9155551111222'),
  },
  {
    name: 'number of a parcel on a phone keyboard',
    html: native('<input type="tel" name="track" placeholder="Трек-номер">'),
    steps: sendAll('89995551111'),
  },
  {
    name: 'driving licence, 10 digits',
    html: native('<input type="tel" name="doc" placeholder="Водительское удостоверение">'),
    steps: sendAll('9915551111'),
  },
  {
    name: 'address to which a gift card is sent',
    html: native('<label for="r">Recipient email</label><input type="email" id="r" name="properties[To]">'),
    steps: sendAll(email),
  },
  {
    name: 'a choice ticked by its label while the form is checked as it is typed',
    html: `<div><input type="email" name="email"><label style="cursor: pointer">Да<input type="checkbox"></label></div>${onClick('label', "fetch('/check', { method: 'POST', body: document.querySelector('input').value })")}`,
    steps: [
      ['fill', '[name=email]', email],
      ['click', 'label'],
    ],
  },
  {
    name: "a friend's address",
    html: native('<h3>Пригласите друга</h3><input type="email" name="email">'),
    steps: sendAll(email),
  },
  {
    name: "a company's phone",
    html: native('<input name="company_phone" type="tel">'),
    steps: sendAll(phone),
  },
  {
    name: 'phone in a message',
    html: `<form><textarea name="phone"></textarea><button>Send</button></form>${stay}`,
    steps: [
      ['fill', 'textarea', phone],
      ['click', 'button'],
    ],
  },
  { name: 'login that is no e-mail', html: native('<input name="login">'), steps: sendAll('79995551111') },
  {
    name: 'consent box not ticked, checked by script only',
    html: native(
      '<input type="tel" name="phone"><input type="checkbox" name="agree" required>',
      'novalidate',
    ),
    steps: [
      ['fill', '[name=phone]', phone],
      ['click', 'button'],
    ],
  },
  {
    name: 'click on a button, but the page sends nothing',
    html: `<div><input type="tel" name="phone"><button type="button">Send</button></div>`,
    steps: sendAll(phone),
  },
  {
    name: 'click, and the page sends something else',
    html: `<div><input type="tel" name="phone"><button type="button">Send</button></div>${onClick('button', "fetch('/metrics', { method: 'POST', body: JSON.stringify({ goal: 'click', at: 1763764000000 }) })")}`,
    steps: sendAll(phone),
  },
  {
    name: 'suggestions while typing, then the window is closed',
    html: `<div><input type="email" name="email"><button type="button" class="close">×</button></div><script>document.querySelector('input').addEventListener('input', (event) => fetch('/suggest', { method: 'POST', body: event.target.value }))</script>`,
    steps: sendAll(email),
  },
  {
    name: 'typed and never sent',
    html: native('<input type="tel" name="phone">'),
    steps: [['fill', 'input', phone]],
  },
];

export const silent: FormFixture[] = untold.map((fixture) => ({ ...fixture, links: [] }));

// A mask as shops have it: the field shows +7 (___) ___-__-__ and takes digits only. What stands in the field is not
// what the customer typed, which is why the forms plugin reads digits, not text.

/**
 * The ten digits after the country code, from anything typed or pasted. Many begin with the trunk prefix 8; it is
 * told from an area code such as 843 only by the eleventh digit.
 */
const digitsOf = (text) => {
  const digits = text.replace(/\D/g, '').slice(text.startsWith('+7') ? 1 : 0);
  return (digits.length > 10 ? digits.replace(/^[78]/, '') : digits).slice(0, 10);
};

/** `+7 (903) 4__-__-__` for `9034`. */
const draw = (mask, digits) => {
  let next = 0;
  return mask.replace(/_/g, () => digits[next++] ?? '_');
};

const caretIn = (text) => (text.includes('_') ? text.indexOf('_') : text.length);

export const maskPhones = (root = document) => {
  for (const input of root.querySelectorAll('input[data-mask]')) {
    const show = (digits) => {
      input.value = draw(input.dataset.mask, digits);
      const caret = caretIn(input.value);
      input.setSelectionRange(caret, caret);
      input.setCustomValidity(digits.length === 10 ? '' : input.dataset.wrong);
    };
    input.addEventListener('focus', () => show(digitsOf(input.value)));
    input.addEventListener('blur', () => digitsOf(input.value) === '' && (input.value = ''));
    input.addEventListener('input', () => show(digitsOf(input.value)));
    input.addEventListener('keydown', (event) => {
      if (event.key !== 'Backspace' || input.selectionStart !== input.selectionEnd) return;
      event.preventDefault();
      show(digitsOf(input.value).slice(0, -1));
    });
  }
};

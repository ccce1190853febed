/** What may be told of a form: never a value. */
export const describe = (form: Element): { formId?: string; formName?: string } => ({
  formId: form.getAttribute('id') || undefined,
  formName: form.getAttribute('name') || form.getAttribute('aria-label') || undefined,
});

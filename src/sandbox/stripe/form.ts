import { StripeRefusal } from './errors.ts'

export interface Form {
  [name: string]: string | Form
}

/**
 * A form whose names nest, `line_items[0][price_data][currency]=usd`, as objects of objects.
 * Source: https://docs.stripe.com/api (form-encoded request bodies)
 */
export const parseForm = (body: string): Form => {
  const form: Form = Object.create(null) as Form
  for (const [name, value] of new URLSearchParams(body)) put(form, pathOf(name), value, name)
  return form
}

const pathOf = (name: string): string[] => name.replaceAll(']', '').split('[')

const put = (form: Form, [first = '', ...rest]: string[], value: string, name: string): void => {
  if (rest.length === 0) {
    form[first] = value
    return
  }
  const inner = (form[first] ??= Object.create(null) as Form)
  if (typeof inner === 'string')
    throw new StripeRefusal(400, `Invalid object: ${first} is text and an object`, { param: name })
  put(inner, rest, value, name)
}

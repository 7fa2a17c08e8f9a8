import { maxLineText, type RunnableFunction } from './run-messages.ts'

/** Replaces a secret. */
const mask = '***'
/** Shorter values are words that texts have anyway, characters. */
const minSecret = 6
/** The start of a long secret is masked, too, from so many characters on: messages of errors quote no more of it. */
const minStart = 16
const maxStart = 100

/** Masks secrets in a text. With `isCut` its end may be the start of one: left out, it is where the text is as long as a line may be. */
export type SecretMask = (text: string, isCut?: boolean) => string

/** Masks values of secrets, also as URLs, forms, JSON and base64 have them, alone or within something longer. */
export function createSecretMask(values: readonly string[]): SecretMask {
  const secrets = values.filter(({ length }) => length >= minSecret)
  if (secrets.length === 0) return (text) => text
  const forms = [...new Set(secrets.flatMap(formsOf))].sort((one, other) => other.length - one.length)
  return (text, isCut = text.length >= maxLineText) => {
    let masked = withoutJsonParts(text, secrets)
    for (const form of forms) masked = withoutForm(masked, form)
    return isCut ? withoutStart(masked, forms) : masked
  }
}

const masks = new WeakMap<object, SecretMask>()

/** The mask of a function's secrets, made once for each version. */
export function secretMaskOf(of: Pick<RunnableFunction, 'env' | 'secrets'>): SecretMask {
  const known = masks.get(of)
  if (known !== undefined) return known
  const made = createSecretMask(of.secrets.flatMap((name) => of.env[name] ?? []))
  masks.set(of, made)
  return made
}

function formsOf(secret: string): readonly string[] {
  // what is no Unicode has no URL form
  const value = secret.toWellFormed()
  const encoded = [0, 1, 2].map((before) => base64Within(value, before))
  const base64 = [Buffer.from(value).toString('base64'), ...encoded]
  return [
    ...[value, secret, JSON.stringify(value).slice(1, -1)],
    ...[encodeURIComponent(value), encodeURI(value), new URLSearchParams({ '': value }).toString().slice(1)],
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ].filter(({ length }) => length >= minSecret)
}

/** Characters of base64 that say nothing but the secret, with `before` bytes of something else before it: `user:` and such. */
function base64Within(secret: string, before: number): string {
  const bytes = Buffer.from(secret)
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
  return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6))
}

const startOf = (form: string): number => Math.min(form.length, Math.max(minStart, Math.min(Math.ceil(form.length / 2), maxStart)))

function withoutForm(text: string, form: string): string {
  const start = form.slice(0, startOf(form))
  let at = text.indexOf(start)
  if (at < 0) return text
  let result = ''
  let done = 0
  for (; at >= 0; at = text.indexOf(start, done)) {
    let length = start.length
    while (length < form.length && text[at + length] === form[length]) length++
    result += text.slice(done, at) + mask
    done = at + length
  }
  return result + text.slice(done)
}

/** Of what was cut off in the middle of a secret the start is left. */
function withoutStart(text: string, forms: readonly string[]): string {
  for (const form of forms) {
    const start = form.slice(0, minSecret)
    for (let at = text.indexOf(start, Math.max(0, text.length - form.length)); at >= 0; at = text.indexOf(start, at + 1)) {
      if (form.startsWith(text.slice(at))) return text.slice(0, at) + mask
    }
  }
  return text
}

/** `JSON.parse` quotes a few characters around the place at which it fails. */
function withoutJsonParts(text: string, secrets: readonly string[]): string {
  return text.replace(
    /((?:\.\.\.)?")([\s\S]{1,50}?)("(?:\.\.\.)? is not valid JSON)/g,
    (all, before: string, part: string, after: string) => (secrets.some((secret) => secret.includes(part)) ? before + mask + after : all),
  )
}

import { isIP } from 'node:net'
import { AppError } from '../../../platform/errors.ts'
import { plain } from './directives.ts'

/** Values of options in the forms that nginx takes. Each throws `config.invalid` naming the option. */

function checked(value: string, fits: boolean, option: string, form: string): string {
  if (fits) return plain(value, option)
  throw new AppError('config.invalid', `Option ${option}: ${JSON.stringify(value.slice(0, 200))} is not ${form}`, { details: { option } })
}

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const nameForm = new RegExp(`^(?=.{1,253}$)${label}(?:\\.${label})*$`)

/** A host name in lower case, with `*.` before it for all below. */
export function hostName(value: string, option: string): string {
  return checked(value, nameForm.test(value.replace(/^\*\./, '')), option, 'a host name in lower case')
}

/** A host name or IP address, with a port where it is not the scheme's own. */
export function authority(value: string, option: string): string {
  const host = value.replace(/:\d{1,5}$/, '')
  const fits = isIP(host.replace(/^\[|\]$/g, '')) !== 0 || nameForm.test(host)
  return checked(value, fits, option, 'a host name or IP address')
}

/** An IP address, or a network with its prefix length. */
export function network(value: string, option: string): string {
  const [address = '', bits, more] = value.split('/')
  const version = isIP(address)
  const fits =
    version !== 0 && more === undefined && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128)))
  return checked(value, fits, option, 'an IP address or a network like 192.0.2.0/24')
}

/** ISO 3166-1 alpha-2. */
export function country(value: string, option: string): string {
  return checked(value, /^[A-Z]{2}$/.test(value), option, 'a country of two capital letters')
}

/** A method of RFC 9110. */
export function method(value: string, option: string): string {
  return checked(value, /^[A-Z]{3,12}$/.test(value), option, 'a method in capital letters')
}

/** A path as nginx matches it: decoded, without a query. */
export function urlPath(value: string, option: string): string {
  const fits = /^\/[\w.\-~!*+,=:@/%]*$/.test(value) && !value.includes('//') && !/\/\.{1,2}(\/|$)/.test(value) && value.length <= 1024
  return checked(value, fits, option, 'a path that starts with / and has no special characters')
}

/** The name of a site, which is a word of the cache's keys. */
export function siteName(value: string, option: string): string {
  return checked(value, /^[a-z0-9][a-z0-9.-]{0,252}$/.test(value), option, 'a name of lower case letters, digits, dots and dashes')
}

/** A language of BCP 47, without what nginx would take for a regular expression. */
export function language(value: string, option: string): string {
  return checked(value, /^[a-zA-Z]{2,8}(-[a-zA-Z0-9]{1,8}){0,3}$/.test(value), option, 'a language like en or pt-BR')
}

/** Text inside a regular expression of nginx that matches itself. */
export function literalPattern(value: string, option: string): string {
  const fits = value.length <= 200 && /^[\w ./:;,+()\-@[\]]+$/.test(value) && !value.includes(';')
  if (!fits) return checked(value, false, option, 'text of letters, digits and . / : , + ( ) - @ [ ]')
  return plain(value, option)
    .replace(/[.+()[\]-]/g, '[$&]')
    .replaceAll('[[]', '\\[')
    .replaceAll('[]]', '\\]')
}

import { AppError } from '../../../platform/errors.ts'
import { country, hostName, literalPattern, method, network, urlPath } from './checked-values.ts'
import { block, type Directive, directive, entry, from } from './directives.ts'
import type { NginxProgram } from './find-nginx.ts'
import type { FrontOptions, SiteRule } from './front-options.ts'

/** Where a rule applies. Throws `config.invalid` for a path that is not one, or that the edge itself answers. */
export function ruleLocation({ path }: SiteRule, place: string, { live, challenges }: FrontOptions): readonly string[] {
  const option = `${place}.path`
  urlPath(path, option)
  const own = [...(live === undefined ? [] : ['/live/']), ...(challenges === undefined ? [] : ['/.well-known/acme-challenge/'])]
  if (own.includes(path))
    throw new AppError('config.invalid', `Option ${option}: the edge itself answers below ${path}`, { details: { option } })
  return path.endsWith('/') ? ['^~', path] : ['=', path]
}

/** Maps of a rule, which belong into the `http` block. `name` is a number of its own for each rule. */
export function ruleMaps(rule: SiteRule, place: string, name: string): readonly Directive[] {
  const maps: Directive[] = []
  if (rule.methods.length > 0) {
    const option = `${place}.methods`
    const lines = rule.methods.map((each) => entry(method(each, option), 0))
    maps.push(from(option, block('map', ['$request_method', `$edge_method_${name}`], [directive('default', 1), ...lines])))
  }
  if (rule.allowCountries.length > 0 || rule.denyCountries.length > 0) {
    const option = `${place}.${rule.allowCountries.length > 0 ? 'allowCountries' : 'denyCountries'}`
    const allowed = rule.allowCountries.filter((each) => !rule.denyCountries.includes(each))
    const lines =
      allowed.length > 0 || rule.allowCountries.length > 0
        ? allowed.map((each) => entry(country(each, option), 0))
        : rule.denyCountries.map((each) => entry(country(each, option), 1))
    maps.push(
      from(
        option,
        block('map', ['$edge_country', `$edge_country_${name}`], [directive('default', rule.allowCountries.length > 0 ? 1 : 0), ...lines]),
      ),
    )
  }
  if (rule.denyAgents.length > 0) {
    const option = `${place}.denyAgents`
    const lines = rule.denyAgents.map((each) => entry(`~*${literalPattern(each, option)}`, 1))
    maps.push(from(option, block('map', ['$http_user_agent', `$edge_agent_${name}`], [directive('default', 0), ...lines])))
  }
  return maps
}

/** What a request is checked for before anything is fetched: methods, countries, user agents, referers, the signature, IP addresses. */
export function ruleChecks(
  rule: SiteRule,
  place: string,
  name: string,
  program: NginxProgram,
  options: FrontOptions,
): readonly Directive[] {
  const denied = (variable: string, status: number): Directive => block('if', [`($${variable})`], [directive('return', status)])
  const checks: Directive[] = []
  if (rule.prefetch === true) {
    const option = `${place}.prefetch`
    // whoever asks ahead has no signature, and what is not kept is fetched twice
    const against = rule.signed ? 'signed' : rule.cache === 'off' ? 'cache: off' : undefined
    if (against !== undefined)
      throw new AppError('config.invalid', `Option ${option}: nothing can be fetched ahead with ${against}`, { details: { option } })
    checks.push(directive('set', '$edge_prefetch', 'on'))
  }
  if (rule.methods.length > 0) checks.push(denied(`edge_method_${name}`, 405))
  if (rule.allowCountries.length > 0 || rule.denyCountries.length > 0) {
    if (options.countryDatabase === undefined) {
      const option = `${place}.${rule.allowCountries.length > 0 ? 'allowCountries' : 'denyCountries'}`
      throw new AppError('config.invalid', `Option ${option}: countries need a database of them (option countryDatabase)`, {
        details: { option },
      })
    }
    checks.push(denied(`edge_country_${name}`, 451))
  }
  if (rule.denyAgents.length > 0) checks.push(denied(`edge_agent_${name}`, 403))
  if (rule.referers.length > 0) {
    const option = `${place}.referers`
    checks.push(from(option, directive('valid_referers', 'none', 'server_names', ...rule.referers.map((each) => hostName(each, option)))))
    checks.push(denied('invalid_referer', 403))
  }
  if (rule.signed) {
    if (program.js === undefined) {
      throw new AppError('network.module_missing', `Option ${place}.signed: nginx has no module for JavaScript (libnginx-mod-http-js)`, {
        details: { option: `${place}.signed`, package: 'libnginx-mod-http-js' },
      })
    }
    checks.push(denied('edge_denied', 403))
  }
  checks.push(
    ...rule.denyAddresses.map((each) => from(`${place}.denyAddresses`, directive('deny', network(each, `${place}.denyAddresses`)))),
  )
  if (rule.allowAddresses.length > 0) {
    checks.push(
      ...rule.allowAddresses.map((each) => from(`${place}.allowAddresses`, directive('allow', network(each, `${place}.allowAddresses`)))),
    )
    checks.push(directive('deny', 'all'))
  }
  return checks
}

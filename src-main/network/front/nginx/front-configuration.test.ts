import { expect, it } from 'vitest'
import { AppError } from '../../../platform/errors.ts'
import { describeNginx } from './find-nginx.ts'
import { frontConfiguration } from './front-configuration.ts'
import type { FrontOptions, SiteOptions, SiteRule } from './front-options.ts'
import { optionOfMessage, portOption, readNginxLine } from './nginx-messages.ts'

const debian12 = `nginx version: nginx/1.22.1
configure arguments: --prefix=/usr/share/nginx --modules-path=/nowhere --with-http_ssl_module --with-http_v2_module --with-http_slice_module`
const program = { ...describeNginx('/usr/sbin/nginx', debian12), js: '/m/js.so' }
const place = {
  folder: '/data/nginx',
  storedLog: '/cache/stored.log',
  signatureScript: '/data/nginx/s.js',
  challengeScript: '/n/challenge.js',
  quicKey: '/n/quic.key',
  loopScript: '/n/loop.js',
  user: undefined,
  workers: 2,
  openFiles: 4096,
}

const rule = (changes: Partial<SiteRule> = {}): SiteRule => ({
  path: '/a/',
  cache: 'on',
  slices: false,
  signed: false,
  methods: [],
  referers: [],
  allowAddresses: [],
  denyAddresses: [],
  allowCountries: [],
  denyCountries: [],
  denyAgents: [],
  ...changes,
})

const options = (site: Partial<SiteOptions> = {}, changes: Partial<FrontOptions> = {}): FrontOptions => ({
  listen: [{ address: '127.0.0.1', port: 8080, tls: false }],
  hstsSeconds: 0,
  compress: true,
  trustedProxies: [],
  limits: { connectionsPerAddress: 100, headerSeconds: 10, bodySeconds: 10, sendSeconds: 30, headerBytes: 16_384, bodyBytes: 2 ** 20 },
  cache: { folder: '/cache', maxBytes: 10 * 2 ** 30, inactiveSeconds: 86_400 },
  sites: [
    {
      name: 'default',
      hosts: [],
      origins: [{ address: '192.0.2.1', port: 80, weight: 1, backup: false, down: false }],
      originHost: 'origin.example.com',
      originTls: false,
      ttlSeconds: 60,
      ttlByType: {},
      missingSeconds: 60,
      languages: [],
      imageFormats: false,
      rules: [],
      ...site,
    },
  ],
  signingKeys: [],
  ...changes,
})

const textOf = (...given: Parameters<typeof options>): string => frontConfiguration(program, place, options(...given)).text

/** The option that an error names. */
function faultOf(...given: Parameters<typeof options>): unknown {
  try {
    textOf(...given)
  } catch (error) {
    if (error instanceof AppError) return error.details.option
    throw error
  }
  return 'no fault'
}

it('what nginx can do is read from what it prints about itself', () => {
  expect(program).toMatchObject({ version: '1.22.1', http2: true, http2Directive: false, http3: false, slices: true, brotli: undefined })
  expect(describeNginx('/n', debian12.replace('1.22.1', '1.27.0').concat(' --with-http_v3_module'))).toMatchObject({
    http2Directive: true,
    http3: true,
  })
  expect(() => describeNginx('/n', debian12.replace('1.22.1', '1.18.0'))).toThrow(/1\.18\.0/)
  expect(() => describeNginx('/n', 'Apache/2.4')).toThrow(/which version/)
})

const listen = [
  { address: '0.0.0.0', port: 8080, tls: false },
  { address: '0.0.0.0', port: 8443, tls: true },
]

it('a port that is taken is named by its option', () => {
  const configuration = frontConfiguration(program, place, options({}, { listen, certificate: { certFile: '/c.pem', keyFile: '/k.pem' } }))
  expect(listen.map(({ port }) => portOption(port, configuration))).toEqual(['httpPort', 'httpsPort'])
})

it('HTTP/3 is on where nginx has it and TLS is there, and viewers read of it', () => {
  const nginx1263 = describeNginx('/usr/sbin/nginx', debian12.replace('1.22.1', '1.26.3').concat(' --with-http_v3_module'))
  const certificate = { certFile: '/c.pem', keyFile: '/k.pem' }
  const sites = ['a', 'b'].map((name) => ({ ...(options().sites[0] as SiteOptions), name, hosts: [`${name}.example`] }))
  const configured = (able: typeof nginx1263, changes: Partial<FrontOptions>) =>
    frontConfiguration(able, place, options({}, { sites, certificate, listen, ...changes })).text
  const text = configured(nginx1263, {})
  const count = (pattern: RegExp): number => [...text.matchAll(pattern)].length
  // both sites, and who asks for neither; options of the socket are said once
  expect(count(/^ *listen 0\.0\.0\.0:8443 quic\b[^;]*;/gm)).toBe(3)
  expect(count(/^ *listen [^;]* quic\b[^;]* reuseport;/gm)).toBe(1)
  expect(count(/^ *listen [^;]* quic default_server;/gm)).toBe(1)
  expect(count(/^ *listen 0\.0\.0\.0:8443 ssl\b/gm)).toBe(3)
  expect(count(/^ *http2 on;/gm)).toBe(3)
  expect(text).toMatch(/map \$https \$edge_alt_svc \{[^}]*on "?h3=\\?":\$server_port\\?"; ma=86400"?;/)
  expect(count(/^ *add_header Alt-Svc \$edge_alt_svc;/gm)).toBeGreaterThan(1)
  expect(text).toContain('TLSv1.3')
  // a file: keys that nginx makes by itself are others after each reload
  expect(text).toContain('quic_host_key /n/quic.key;')
  expect(text).toContain('quic_retry on;')
  // who repeats packets of others repeats their requests by it (RFC 8470)
  expect(text).not.toContain('ssl_early_data')
  // HTTP/3 has no Host (RFC 9114, section 4.3.1)
  const live = configured(nginx1263, { live: { port: 1 } })
  expect(live).toContain('proxy_set_header Host $edge_named_host;')
  expect(live).not.toContain('proxy_set_header Host $http_host;')
  for (const other of [configured(program, {}), configured(nginx1263, { listen: listen.slice(0, 1) })])
    expect(other).not.toMatch(/quic|edge_alt_svc/)
})

it('the cache takes 90 % of its share of the disk', () => {
  expect(textOf()).toContain(`max_size=${Math.floor((10 * 2 ** 30 * 0.9) / 1024)}k`)
})

it('keeps nothing more while the disk of the cache is full: neither what sites answer nor recordings', () => {
  const able = { ...program, authRequest: true }
  const stored = (isFull: boolean): number => {
    const cache = { folder: '/cache', maxBytes: 10 * 2 ** 30, inactiveSeconds: 86_400, isFull }
    const { text } = frontConfiguration(able, place, options({ rules: [rule()] }, { cache, live: { port: 1 } }))
    return [...text.matchAll(/proxy_no_cache [^;]*;/g)].filter(([line]) => !/ "?1"?;/.test(line)).length
  }
  expect(stored(false)).toBeGreaterThan(1)
  expect(stored(true)).toBe(0)
})

it.each<[string, Parameters<typeof options>]>([
  ['sites[0].hosts', [{ hosts: ['a.example; return 200'] }]],
  ['sites[0].hosts', [{ hosts: ['$host'] }]],
  ['sites[0].hosts', [{ hosts: ['a\nb'] }]],
  ['sites[0].hosts', [{ hosts: ['*.*.example'] }]],
  ['sites[0].name', [{ name: 'a b' }]],
  ['sites[0].originHost', [{ originHost: 'a"; }' }]],
  ['sites[0].languages', [{ languages: ['en', 'e(n'] }]],
  ['sites[0].origins', [{ origins: [] }]],
  ['sites[0].origins', [{ origins: [{ address: '1.2.3.4;', port: 1, weight: 1, backup: false, down: false }] }]],
  ['sites[0].rules[0].path', [{ rules: [rule({ path: '/a/ { return 200; } #' })] }]],
  ['sites[0].rules[0].path', [{ rules: [rule({ path: '/a/../b/' })] }]],
  ['sites[0].rules[0].path', [{ rules: [rule({ path: 'a' })] }]],
  ['sites[0].rules[0].path', [{ rules: [rule({ path: '/live/' })] }, { live: { port: 1 } }]],
  ['sites[0].rules[0].methods', [{ rules: [rule({ methods: ['GET', 'get 0; }'] })] }]],
  ['sites[0].rules[0].referers', [{ rules: [rule({ referers: ['~.*'] })] }]],
  ['sites[0].rules[0].denyAddresses', [{ rules: [rule({ denyAddresses: ['all'] })] }]],
  ['sites[0].rules[0].allowAddresses', [{ rules: [rule({ allowAddresses: ['10.0.0.0/33'] })] }]],
  ['sites[0].rules[0].denyCountries', [{ rules: [rule({ denyCountries: ['XX'] })] }]],
  ['sites[0].rules[0].denyCountries', [{ rules: [rule({ denyCountries: ['x"'] })] }, { countryDatabase: '/c.mmdb' }]],
  ['sites[0].rules[0].denyAgents', [{ rules: [rule({ denyAgents: ['a" 0; b'] })] }]],
  ['cache.folder', [{}, { cache: { folder: '/a;b', maxBytes: 1, inactiveSeconds: 1 } }]],
  ['tls', [{}, { listen: [{ address: '*', port: 443, tls: true }] }]],
  ['tls.certificate', [{}, { listen: [{ address: '*', port: 443, tls: true }], certificate: { certFile: '/a$b', keyFile: '/k' } }]],
  ['listen[0].address', [{}, { listen: [{ address: 'localhost;', port: 443, tls: false }] }]],
  ['listen', [{}, { listen: [] }]],
])('a value that could be more than a value is rejected by %s', (option, given) => {
  const withModule = { ...program, geoip2: '/m/geoip2.so' }
  let named: unknown = 'no fault'
  try {
    frontConfiguration(withModule, place, options(...given))
  } catch (error) {
    named = (error as AppError).details.option
  }
  expect(named).toBe(option)
})

it('a rule that needs a module names it where nginx has it not', () => {
  expect(faultOf({}, { countryDatabase: '/c.mmdb' })).toBe('countryDatabase')
  expect(() => frontConfiguration({ ...program, js: undefined }, place, options({ rules: [rule({ signed: true })] }))).toThrow(
    /libnginx-mod-http-js/,
  )
})

it('of a request for something kept only what is in the key reaches the origin', () => {
  const kept = textOf().split('location / {')[1] as string
  expect(kept).toContain('proxy_pass_request_headers off;')
  expect(kept).toContain('proxy_set_header Host origin.example.com;')
  expect(kept).toContain('proxy_no_cache $edge_vary_0 $edge_not_lasting;')
  expect(textOf({ rules: [rule({ path: '/', signed: true })] })).toContain('proxy_pass http://site_0$edge_path;')
})

it('one origin that is down is left out, all that are down are tried', () => {
  const server = (down: boolean, n: number) => ({ address: `192.0.2.${n}`, port: 80, weight: n, backup: false, down })
  const one = textOf({ origins: [server(true, 1), server(false, 2)] })
  expect(one).toContain('server 192.0.2.1:80 weight=1 max_fails=2 fail_timeout=5s down;')
  expect(one).toContain('server 192.0.2.2:80 weight=2 max_fails=2 fail_timeout=5s;')
  expect(textOf({ origins: [server(true, 1), server(true, 2)] })).not.toContain(' down;')
})

it('a message of nginx names the option of its line, or whose file it names', () => {
  const configuration = frontConfiguration(
    program,
    place,
    options({}, { listen: [{ address: '*', port: 443, tls: true }], certificate: { certFile: '/tls/c.pem', keyFile: '/tls/k.pem' } }),
  )
  const line = configuration.text.split('\n').findIndex((each) => each.includes('ssl_certificate_key')) + 1
  expect(optionOfMessage(`something in /data/nginx/nginx.conf.new:${line}`, configuration)).toBe('tls.key')
  expect(optionOfMessage('cannot load certificate "/tls/c.pem": BIO_new_file() failed', configuration)).toBe('tls.certificate')
  expect(readNginxLine('2026/11/23 12:00:00 [crit] 7#7: *31 pwrite() failed (28: No space left on device)')).toEqual({
    level: 'crit',
    pid: 7,
    text: 'pwrite() failed (28: No space left on device)',
  })
})

it('keeps successes, redirects and what is missing, whatever lifetime errors say; parts where slices are asked for', () => {
  const pattern = (name: string): RegExp =>
    new RegExp(new RegExp(`map \\$upstream_status \\${name} \\{[^}]*"~([^"]*)" 0;`).exec(textOf())?.[1] ?? 'none')
  const kept = (name: string): string[] =>
    [
      '100',
      '101',
      '103',
      '200',
      '204',
      '206',
      '301',
      '304',
      '308',
      '401',
      '403',
      '404',
      '410',
      '429',
      '500',
      '502, 200',
      '200, 503',
    ].filter((status) => pattern(name).test(status))
  expect(kept('$edge_not_lasting')).toEqual(['200', '204', '301', '308', '404', '410', '502, 200'])
  expect(kept('$edge_not_lasting_slice')).toEqual(['200', '204', '206', '301', '308', '404', '410', '502, 200'])
})

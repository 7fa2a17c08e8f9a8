import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { AppError } from '../../../platform/errors.ts'

const run = promisify(execFile)

/** The nginx of this machine and what it can do. */
export interface NginxProgram {
  readonly file: string
  /** E.g. `1.22.1`. */
  readonly version: string
  readonly http2: boolean
  /** `http2 on` is a directive of its own (1.25.1), and no word of `listen`. */
  readonly http2Directive: boolean
  readonly http3: boolean
  readonly slices: boolean
  /** It can ask another server about each request. */
  readonly authRequest: boolean
  /** `$http_NAME` has all lines of a header; before 1.23 the first one alone. */
  readonly joinsHeaders: boolean
  /** Files of modules that are loaded on demand; undefined where the module is missing. */
  readonly brotli: string | undefined
  readonly js: string | undefined
  readonly geoip2: string | undefined
}

/** Oldest version whose configuration and cache files are understood. */
const oldest = [1, 20] as const

/** Finds nginx in the PATH and where distributions install it. Throws `network.nginx_missing` or `network.nginx_unusable`. */
export async function findNginx(given?: string): Promise<NginxProgram> {
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    '/usr/sbin',
    '/usr/local/sbin',
    '/usr/local/nginx/sbin',
    '/opt/homebrew/bin',
  ]
  const file = given ?? folders.map((folder) => join(folder, 'nginx')).find((each) => existsSync(each))
  if (file === undefined || !existsSync(file)) throw new AppError('network.nginx_missing', file && `There is no program ${file}`)
  let text: string
  try {
    const { stdout, stderr } = await run(file, ['-V'], { timeout: 10_000 })
    text = stdout + stderr
  } catch (cause) {
    throw new AppError('network.nginx_unusable', `${file} -V failed: ${(cause as Error).message}`, { cause })
  }
  return describeNginx(file, text)
}

/** Reads what `nginx -V` prints. Throws `network.nginx_unusable` for a version that is too old, or no nginx. */
export function describeNginx(file: string, text: string): NginxProgram {
  const version = /nginx version: \S+?\/(\d+\.\d+\.\d+)/.exec(text)?.[1]
  if (version === undefined) throw new AppError('network.nginx_unusable', `${file} does not say which version of nginx it is`)
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
  const atLeast = (a: number, b: number, c = 0): boolean => (major !== a ? major > a : minor !== b ? minor > b : patch >= c)
  if (!atLeast(...oldest))
    throw new AppError('network.nginx_unusable', `${file} is version ${version}, and ${oldest.join('.')} is the oldest that works`)
  const has = (option: string): boolean => new RegExp(`--${option}(?=\\s|$)`).test(text)
  if (!has('with-http_ssl_module')) throw new AppError('network.nginx_unusable', `${file} was built without TLS (http_ssl_module)`)
  const folder = /--modules-path=(\S+)/.exec(text)?.[1] ?? `${/--prefix=(\S+)/.exec(text)?.[1] ?? '/usr/local/nginx'}/modules`
  const moduleFile = (name: string): string | undefined => {
    const path = join(folder, `ngx_http_${name}_module.so`)
    return existsSync(path) ? path : undefined
  }
  return {
    file,
    version,
    http2: has('with-http_v2_module'),
    http2Directive: atLeast(1, 25, 1),
    http3: has('with-http_v3_module'),
    joinsHeaders: atLeast(1, 23),
    slices: has('with-http_slice_module'),
    authRequest: has('with-http_auth_request_module'),
    brotli: moduleFile('brotli_filter'),
    js: moduleFile('js'),
    geoip2: moduleFile('geoip2'),
  }
}

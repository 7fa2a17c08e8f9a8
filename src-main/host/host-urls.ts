import type { Config } from './config.ts'
import { isWide, shownHost } from './shown-host.ts'

/** The URLs of a host, as people elsewhere and programs on its machine reach it. */
export class HostUrls {
  /** Reached from other machines. */
  readonly isWide: boolean
  /** The name or IP address in URLs that people are shown. */
  readonly host: string
  readonly #publicUrl: string
  readonly #localHost: string

  constructor({ bind, publicUrl }: Pick<Config, 'bind' | 'publicUrl'>) {
    this.isWide = isWide(bind)
    this.host = shownHost(bind, publicUrl)
    this.#publicUrl = publicUrl.replace(/\/$/, '')
    // Programs on this machine do not go by the public name.
    this.#localHost = bind === '0.0.0.0' || bind === '::' ? '127.0.0.1' : shownHost(bind, '')
  }

  /** Without a slash at its end. */
  http(port: number): string {
    return this.#publicUrl === '' ? this.at('http', port) : this.#publicUrl
  }

  /** For programs on this machine. */
  local(httpPort: number): string {
    return `http://${this.#localHost}:${httpPort}`
  }

  /** Where people sign in: a reader of the network between must not be able to sign in with the link. */
  signIn({ httpPort, httpsPort }: { readonly httpPort: number; readonly httpsPort: number | null }): string {
    return this.#publicUrl === '' && this.isWide && httpsPort !== null ? this.at('https', httpsPort) : this.http(httpPort)
  }

  /** Null for a port that is not open. */
  at(scheme: string, port: number): string
  at(scheme: string, port: number | null): string | null
  at(scheme: string, port: number | null): string | null {
    return port === null ? null : `${scheme}://${this.host}:${port}`
  }
}

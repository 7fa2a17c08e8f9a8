/** What our tests use of two players' parsers that come without types. */
declare module 'm3u8-parser' {
  export class Parser {
    readonly manifest: unknown
    on(event: 'warn' | 'info', listener: (event: { message: string }) => void): void
    push(text: string): void
    end(): void
  }
  const parsers: { Parser: typeof Parser }
  export default parsers
}

declare module 'mpd-parser' {
  interface Manifest {
    readonly endList?: boolean
    readonly playlists: readonly { readonly segments: readonly { readonly resolvedUri: string }[] }[]
  }
  export function parse(text: string, options: { manifestUri: string; eventHandler?: (event: { message: string }) => void }): Manifest
  const parsers: { parse: typeof parse }
  export default parsers
}

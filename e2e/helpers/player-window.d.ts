/** What the watch page offers to tests; see src-renderer/watch/main.ts. */
interface Window {
  __player?: {
    latencyMs(): number | null
    state(): string
    readonly problems: readonly string[]
    readonly engine: 'hls' | 'dash' | 'webrtc'
    readonly node: string
  }
  /** Set by a test: gone where the page was loaded again. */
  __mark?: number
}

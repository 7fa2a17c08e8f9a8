/** What the live part does for whoever has an encoder elsewhere publish to this host. */
export interface StreamIntake {
  /** Creates a key for a stream. Rejects with `storage.*`. */
  createKey(stream: string, label: string, actor: string): Promise<{ readonly keyId: string; readonly key: string }>
  /** Another secret for a key; undefined where the key is gone, or may no longer be used. */
  renewKey(keyId: string, actor: string): Promise<{ readonly keyId: string; readonly key: string } | undefined>
  /** URL of the RTMP server for programs that reach this host at an IP address of it; undefined where it does not listen there. */
  serverAt(address: string): string | undefined
  /** Id of the stream while a publisher with that key is on air. */
  streamOf(stream: string, keyId: string): string | undefined
}

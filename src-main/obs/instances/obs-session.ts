import type { BatchResult, ObsAnswer } from '../connection/obs-connection.ts'
import type { MirrorPart } from '../mirror/mirror-parts.ts'
import type { OutputFiles } from '../mirror/mirror-state.ts'
import type { Batch, ObsRequest } from '../schemas/commands.ts'
import type { ObsVersion } from '../schemas/instance.ts'
import type { ObsMirror } from '../schemas/mirror.ts'

/** An OBS that is connected, for those who read it or send it requests. */
export interface ObsSession {
  /** Of the instance. */
  readonly id: string
  readonly name: string
  readonly version: ObsVersion
  /** This machine's IP address, as that OBS reaches it. */
  readonly localAddress: string | undefined
  mirror(): ObsMirror
  /** Paths on the machine of OBS. */
  files(): OutputFiles
  /** Rejects with `obs.*`. */
  call(request: string, data?: Readonly<Record<string, unknown>>, timeoutMs?: number): Promise<ObsAnswer>
  /** Rejects with `obs.*` where no answer comes; requests that fail are in the answer. */
  batch(
    requests: readonly ObsRequest[],
    options?: Pick<Batch, 'haltOnFailure' | 'execution'>,
    timeoutMs?: number,
  ): Promise<readonly BatchResult[]>
  /** Reads a part of the mirror again that OBS reports no changes of. */
  refresh(part: MirrorPart): void
}

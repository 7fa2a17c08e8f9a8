import type { CanvasPart, Collection, Output } from '../types.ts'
import { serviceOf } from './services.ts'

/** Something that is not ready. `blocks`: going live would fail. */
export interface Doubt {
  readonly code: 'no-url' | 'no-key' | 'empty-scene' | 'no-audio' | 'all-muted' | 'engine'
  readonly blocks: boolean
}

/** What keeps an output from going live, as far as the document tells. */
export function doubtsOf(output: Output): readonly Doubt[] {
  const { settings, kind } = output
  const doubts: Doubt[] = []
  if (['rtmp', 'srt', 'whip'].includes(kind) && text(settings.url) === '') doubts.push({ code: 'no-url', blocks: true })
  const service = serviceOf(output)
  if (service !== undefined && service.servers.length > 0 && text(settings.key) === '') doubts.push({ code: 'no-key', blocks: true })
  return doubts
}

const text = (value: unknown): string => (typeof value === 'string' ? value.trim() : '')

/** What is to be said about the show before it goes live: of the scenes on air, and of its audio. */
export function showDoubts(document: Collection, onAir: readonly string[], isRunning: boolean): readonly Doubt[] {
  const doubts: Doubt[] = []
  if (!isRunning) doubts.push({ code: 'engine', blocks: true })
  const scenes = document.scenes.filter(({ id }) => onAir.includes(id))
  if (scenes.some(({ items }) => !items.some(({ visible }) => visible))) doubts.push({ code: 'empty-scene', blocks: false })
  const audible = document.sources.flatMap(({ audio }) => (audio === undefined ? [] : [audio]))
  if (audible.length === 0) doubts.push({ code: 'no-audio', blocks: false })
  else if (audible.every(({ muted }) => muted)) doubts.push({ code: 'all-muted', blocks: false })
  return doubts
}

/** Whether the output goes to viewers: started by Go live. Recordings have a button of their own. */
export const isLiveOutput = ({ kind }: Pick<Output, 'kind'>): boolean => ['host', 'rtmp', 'srt', 'whip'].includes(kind)

/** Upload that outputs take together, kbps; a stream of this host and files take none. */
export function uploadKbps(outputs: readonly Output[]): number {
  return outputs
    .filter(({ kind }) => kind !== 'host' && isLiveOutput({ kind }))
    .reduce((sum, { video, audio }) => sum + (video?.bitrateKbps ?? 0) + audio.reduce((all, each) => all + each.bitrateKbps, 0), 0)
}

/** Size of the frames that an output sends. */
export function frameSize(output: Output, canvas: CanvasPart | undefined): { readonly width: number; readonly height: number } | undefined {
  if (canvas === undefined || output.video === null) return undefined
  const height = output.video.height ?? canvas.height
  return { height, width: 2 * Math.round((canvas.width * height) / canvas.height / 2) }
}

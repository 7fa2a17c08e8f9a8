import type { HostClient } from './host-client.ts'

export interface OutputState {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly state: 'off' | 'starting' | 'live' | 'retrying' | 'paused' | 'failed'
  readonly error: { readonly message: string; readonly remedy: string } | null
}

/** What the desktop shows of a host that runs. */
export interface HostState {
  readonly url: string
  /** Name of the open collection; null where none is open. */
  readonly show: string | null
  readonly outputs: readonly OutputState[]
  /** Of the main canvas. */
  readonly scenes: readonly { readonly id: string; readonly name: string; readonly onAir: boolean }[]
  readonly microphones: readonly { readonly id: string; readonly name: string; readonly muted: boolean }[]
  /** Streams of encoders and programs that are on air, those of the studio's own outputs included. */
  readonly streams: readonly string[]
  readonly settings: NoticeSettings
  /** Chords that are to work in every window, and that the host cannot take from this system. */
  readonly hotkeys: readonly string[]
}

/** Which notifications are wanted. */
export interface NoticeSettings {
  readonly notifyOutputs: boolean
  readonly notifyRecordings: boolean
  readonly notifyGuests: boolean
  readonly notifyDisk: boolean
}

interface Collection {
  readonly canvases: readonly { readonly id: string }[]
  readonly scenes: readonly { readonly id: string; readonly name: string; readonly canvas: string }[]
  readonly sources: readonly {
    readonly id: string
    readonly name: string
    readonly kind: string
    readonly audio?: { readonly muted: boolean }
  }[]
}

interface Hotkeys {
  readonly setting: string
  readonly items: readonly { readonly chord: string; readonly typed: boolean; readonly state: string }[]
}

interface Program {
  readonly canvases: readonly { readonly canvas: string; readonly program: string }[]
}

/** Topics after which the state is read again. */
export const stateTopics = [
  'studio.opened',
  'studio.closed',
  'studio.changed',
  'studio.program',
  'studio.switched',
  'studio.output.updated',
  'studio.output.removed',
  'studio.hotkeys',
  'settings.updated',
  'stream.state',
  'stream.removed',
] as const

/** Reads how a host is. */
export async function readHostState(client: HostClient): Promise<HostState> {
  const [{ open, outputs }, { items: streams }, settings, hotkeys] = await Promise.all([
    client.get<{ open: { title: string } | null; outputs: OutputState[] }>('/studio'),
    client.get<{ items: { name: string; state: string }[] }>('/live/streams'),
    client.get<NoticeSettings>('/settings'),
    client.get<Hotkeys>('/studio/hotkeys'),
  ])
  const show =
    open === null
      ? undefined
      : await Promise.all([client.get<{ collection: Collection }>('/studio/collection'), client.get<Program>('/studio/program')])
  const [{ collection } = {}, program] = show ?? []
  const canvas = collection?.canvases[0]?.id
  const onAir = program?.canvases.find((each) => each.canvas === canvas)?.program
  return {
    url: client.url,
    show: open?.title ?? null,
    outputs,
    scenes: (collection?.scenes ?? [])
      .filter((scene) => scene.canvas === canvas)
      .map(({ id, name }) => ({ id, name, onAir: id === onAir })),
    microphones: (collection?.sources ?? []).flatMap(({ id, name, kind, audio }) =>
      kind === 'microphone' && audio !== undefined ? [{ id, name, muted: audio.muted }] : [],
    ),
    streams: streams.filter(({ state }) => state === 'active').map(({ name }) => name),
    settings,
    hotkeys: hotkeys.items
      .filter(({ state, typed }) => state === 'unsupported' && hotkeys.setting !== 'off' && (hotkeys.setting === 'all' || !typed))
      .map(({ chord }) => chord),
  }
}

/** Whether an output goes to viewers. */
export const isSending = ({ kind }: OutputState): boolean => ['host', 'rtmp', 'srt', 'whip'].includes(kind)

/** Whether an output runs, or tries to. */
export const isOn = ({ state }: OutputState): boolean => state !== 'off' && state !== 'failed'

/** What would go on without a window: outputs that run and streams, each once. */
export function onAirOf({ outputs, streams }: HostState): {
  readonly outputs: readonly OutputState[]
  readonly streams: readonly string[]
} {
  return { outputs: outputs.filter((output) => isOn(output) && (isSending(output) || output.kind === 'recording')), streams }
}

/** Whether anything would go on without a window. */
export function isOnAir(state: HostState): boolean {
  const { outputs, streams } = onAirOf(state)
  return outputs.length + streams.length > 0
}

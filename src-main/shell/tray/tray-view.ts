import { type HostState, isOn, isOnAir, isSending } from '../follow/host-state.ts'
import type { Messages } from '../messages.ts'
import type { MenuItem, MenuLine, TrayView } from '../parts.ts'

/** What a click in the menu does. */
export interface TrayActions {
  /** Starts all outputs that send to viewers; shows the studio if the show has no such output. */
  goLive(state: HostState): void
  endStream(state: HostState): void
  record(state: HostState): void
  stopRecording(state: HostState): void
  mute(microphones: readonly string[], muted: boolean): void
  showScene(scene: string): void
  open(): void
  quit(): void
}

/** Scenes that a menu lists: beyond them the window is the better place. */
const maxScenes = 60

/** What the tray shows of a host; undefined: none runs. `owns`: the host ends with this program. */
export function trayView(state: HostState | undefined, owns: boolean, t: Messages, actions: TrayActions): TrayView {
  const line = (key: string): MenuLine => ({ key, line: true })
  if (state === undefined) {
    return {
      look: { state: 'off', recording: false },
      title: t.product,
      text: t.notRunning,
      menu: [
        { key: 'off', label: t.notRunning, enabled: false },
        line('line-end'),
        { key: 'quit', label: owns ? t.quit : t.close, act: actions.quit },
      ],
      act: () => undefined,
    }
  }
  const sending = state.outputs.filter((output) => isSending(output) && isOn(output))
  const recording = isRecording(state)
  const problem = problemOf(state)
  const live = sending.length > 0 || state.streams.length > 0
  return {
    look: { state: problem !== undefined ? 'problem' : live ? 'live' : 'idle', recording },
    title: t.product,
    text: stateLine(state, t),
    menu: [
      ...studioItems(state, sending.length > 0, recording, t, actions),
      { key: 'open', label: t.open, act: actions.open },
      line('line-end'),
      { key: 'quit', label: quitLabel(state, owns, t), act: actions.quit },
    ],
    act: actions.open,
  }
}

const isRecording = ({ outputs }: HostState): boolean => outputs.some((output) => output.kind === 'recording' && isOn(output))

const problemOf = ({ outputs }: HostState) => outputs.find(({ state }) => state === 'failed' || state === 'retrying')

/** How a host is, in one line. */
export function stateLine(state: HostState, t: Messages): string {
  const { outputs, streams, show } = state
  const problem = problemOf(state)
  const sending = outputs.filter((output) => isSending(output) && isOn(output)).length
  const facts = [
    ...(problem === undefined ? [] : [t.problem(problem.name)]),
    ...(sending > 0 ? [t.liveTo(sending)] : streams.length > 0 ? [t.streams(streams.length)] : []),
    ...(isRecording(state) ? [t.recording] : []),
  ]
  return facts.join(' · ') || (show === null ? t.noShow : `${show}: ${t.idle}`)
}

function quitLabel(state: HostState, owns: boolean, t: Messages): string {
  if (!owns) return t.close
  return isOnAir(state) ? t.quitLive : t.quit
}

function studioItems(state: HostState, sends: boolean, recording: boolean, t: Messages, actions: TrayActions): (MenuItem | MenuLine)[] {
  if (state.show === null) return []
  const { microphones, scenes } = state
  const allMuted = microphones.every(({ muted }) => muted)
  return [
    sends
      ? { key: 'end-stream', label: t.endStream, act: () => actions.endStream(state) }
      : { key: 'go-live', label: t.goLive, act: () => actions.goLive(state) },
    recording
      ? { key: 'stop-recording', label: t.stopRecording, act: () => actions.stopRecording(state) }
      : {
          key: 'record',
          label: t.record,
          enabled: state.outputs.some(({ kind }) => kind === 'recording'),
          act: () => actions.record(state),
        },
    { key: 'line-audio', line: true },
    ...(microphones.length > 1
      ? [
          {
            key: 'mute-all',
            label: t.muteAll,
            mark: 'check' as const,
            on: allMuted,
            act: () =>
              actions.mute(
                microphones.map(({ id }) => id),
                !allMuted,
              ),
          },
        ]
      : []),
    ...microphones.map(({ id, name, muted }) => ({
      key: `mute/${id}`,
      label: t.mute(name),
      mark: 'check' as const,
      on: muted,
      act: () => actions.mute([id], !muted),
    })),
    {
      key: 'scenes',
      label: t.scenes,
      enabled: scenes.length > 0,
      items: scenes
        .slice(0, maxScenes)
        .map(({ id, name, onAir }) => ({ key: `scene/${id}`, label: name, mark: 'radio', on: onAir, act: () => actions.showScene(id) })),
    },
    { key: 'line-window', line: true },
  ]
}

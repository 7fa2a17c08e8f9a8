import { type HostState, isOn, isSending, onAirOf } from '../follow/host-state.ts'
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
      menu: [{ key: 'off', label: t.notRunning, enabled: false }, line('line-end'), { key: 'quit', label: t.close, act: actions.quit }],
      act: () => undefined,
    }
  }
  const sending = state.outputs.filter((output) => isSending(output) && isOn(output))
  const recording = state.outputs.some((output) => output.kind === 'recording' && isOn(output))
  const problem = state.outputs.find((output) => output.state === 'failed' || output.state === 'retrying')
  const live = sending.length > 0 || state.streams.length > 0
  const facts = [
    ...(problem === undefined ? [] : [t.problem(problem.name)]),
    ...(sending.length > 0 ? [t.liveTo(sending.length)] : state.streams.length > 0 ? [t.streams(state.streams.length)] : []),
    ...(recording ? [t.recording] : []),
  ]
  return {
    look: { state: problem !== undefined ? 'problem' : live ? 'live' : 'idle', recording },
    title: t.product,
    text: facts.join(' · ') || (state.show === null ? t.noShow : `${state.show}: ${t.idle}`),
    menu: [
      ...studioItems(state, sending.length > 0, recording, t, actions),
      { key: 'open', label: t.open, act: actions.open },
      line('line-end'),
      { key: 'quit', label: quitLabel(state, owns, t), act: actions.quit },
    ],
    act: actions.open,
  }
}

function quitLabel(state: HostState, owns: boolean, t: Messages): string {
  if (!owns) return t.close
  const { outputs, streams } = onAirOf(state)
  return outputs.length + streams.length > 0 ? t.quitLive : t.quit
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

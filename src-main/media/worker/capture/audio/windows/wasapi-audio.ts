import { loadAddon } from '../../../../../platform/load-addon.ts'
import type { Device } from '../../../../device.ts'
import type { SourceReport } from '../../../../source-report.ts'
import type { AudioDeviceKind, AudioPlayerStatistics, AudioSystem } from '../audio-capturer.ts'

interface WasapiReport {
  readonly state: 'starting' | 'running' | 'waiting'
  readonly reason: '' | 'absent' | 'refused'
  readonly detail: string
  readonly name: string
}

interface WasapiStream {
  report(): WasapiReport
  stop(): void
}

interface WasapiOutput extends WasapiStream {
  write(samples: Float32Array): void
  statistics(): AudioPlayerStatistics
}

/** The audio of native/windows: see its `sound-addon.cc`. */
interface WasapiAddon {
  readonly AudioInput: new (speaker: boolean, device: string, storeAddress: string, onChange: () => void) => WasapiStream
  readonly AudioOutput: new (device: string, onChange: () => void) => WasapiOutput
  listAudioDevices(
    speakers: boolean,
    done: (reported: { readonly devices: readonly { readonly id: string; readonly name: string }[] }) => void,
  ): void
}

/**
 * Audio through WASAPI: microphones, what is played on speakers (loopback), and speakers. What one application plays is not captured.
 * @throws AppError `studio.engine_missing`
 */
export function createWasapiAudio(): AudioSystem {
  const addon = loadAddon<WasapiAddon>('windows')
  const open = new Set<WasapiStream>()
  const kept = (stream: WasapiStream): (() => void) => {
    open.add(stream)
    return () => {
      if (open.delete(stream)) stream.stop()
    }
  }
  return {
    async devices(kind) {
      if (kind === 'application') return []
      const reported = Promise.withResolvers<Parameters<Parameters<WasapiAddon['listAudioDevices']>[1]>[0]>()
      addon.listAudioDevices(kind === 'speaker', reported.resolve)
      const { devices } = await reported.promise
      return devices.map(({ id, name }): Device => ({ kind, id, name }))
    },
    capture({ kind, device }, store, report) {
      if (kind === 'application') {
        setImmediate(report, { state: 'failed', problem: 'On Windows the audio of one application is not captured: use a speaker' })
        return { stop() {} }
      }
      const input: WasapiStream = new addon.AudioInput(kind === 'speaker', device, store.address, () =>
        report(toReport(input.report(), kind)),
      )
      return { stop: kept(input) }
    },
    play(device, report) {
      const output: WasapiOutput = new addon.AudioOutput(device, () => report(toReport(output.report(), 'speaker')))
      return { write: (samples) => output.write(samples), statistics: () => output.statistics(), stop: kept(output) }
    },
    close() {
      for (const stream of open) stream.stop()
      open.clear()
    },
  }
}

function toReport({ state, reason, detail, name }: WasapiReport, kind: AudioDeviceKind): SourceReport {
  if (reason === 'absent') {
    const problem = detail === 'default' ? `There is no ${kind}` : `The ${kind} ${detail} is not plugged in`
    return { state, problem }
  }
  const problem = reason === 'refused' ? `Windows denies the ${kind}: another program may hold it alone` : undefined
  return { state, ...(problem !== undefined && { problem }), details: { device: name } }
}

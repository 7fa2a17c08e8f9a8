import { type AudioCapture, type AudioDeviceKind, audioRate } from '../../../../media/worker/capture/audio/audio-capturer.ts'
import { openSystemAudio } from '../../../../media/worker/capture/audio/system-audio.ts'
import type { ApplicationAudioSettings, MicrophoneSettings, SystemAudioSettings } from '../../../document/kinds/audio-devices.ts'
import type { RunningSource, SourceContext, StartSource } from '../running-source.ts'

export const startMicrophone: StartSource<MicrophoneSettings> = (settings, context) => startAudioDevice('microphone', settings, context)

export const startSystemAudio: StartSource<SystemAudioSettings> = (settings, context) => startAudioDevice('speaker', settings, context)

export const startApplicationAudio: StartSource<ApplicationAudioSettings> = (settings, context) =>
  startAudioDevice('application', settings, context)

function startAudioDevice(kind: AudioDeviceKind, first: { readonly device: string }, context: SourceContext): RunningSource {
  const system = openSystemAudio()
  const audioStore = context.stores.createAudioStore(audioRate)
  let device = first.device
  let capture: AudioCapture | undefined
  let stopped = false
  const begin = (): void => {
    capture?.stop()
    capture = undefined
    if (device === '') {
      context.report({ state: 'failed', problem: 'No application is chosen yet' })
      return
    }
    context.report({ state: 'starting' })
    capture = system.capture({ kind, device }, audioStore, context.report)
  }
  begin()
  return {
    audioStore,
    update(settings) {
      const next = (settings as { readonly device: string }).device
      if (next === device) return
      device = next
      begin()
    },
    stop() {
      if (stopped) return
      stopped = true
      system.close()
      audioStore.close()
    },
  }
}

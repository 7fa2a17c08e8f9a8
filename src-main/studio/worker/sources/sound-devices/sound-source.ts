import { type AudioCapture, type AudioDeviceKind, soundRate } from '../../../../media/worker/capture/audio/audio-capturer.ts'
import { openSystemAudio } from '../../../../media/worker/capture/audio/system-audio.ts'
import type { ApplicationSoundSettings, MicrophoneSettings, SystemSoundSettings } from '../../../document/kinds/sound-devices.ts'
import type { RunningSource, SourceContext, StartSource } from '../running-source.ts'

export const startMicrophone: StartSource<MicrophoneSettings> = (settings, context) => startSound('microphone', settings, context)

export const startSystemSound: StartSource<SystemSoundSettings> = (settings, context) => startSound('speaker', settings, context)

export const startApplicationSound: StartSource<ApplicationSoundSettings> = (settings, context) =>
  startSound('application', settings, context)

function startSound(kind: AudioDeviceKind, first: { readonly device: string }, context: SourceContext): RunningSource {
  const system = openSystemAudio()
  const sound = context.stores.createSoundStore(soundRate)
  let device = first.device
  let capture: AudioCapture | undefined
  let stopped = false
  const begin = (): void => {
    capture?.stop()
    capture = undefined
    if (device === '') {
      context.report({ state: 'failed', problem: 'No application is chosen: set `device` to the id of one that plays, or to its name' })
      return
    }
    context.report({ state: 'starting' })
    capture = system.capture({ kind, device }, sound, context.report)
  }
  begin()
  return {
    sound,
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
      sound.close()
    },
  }
}

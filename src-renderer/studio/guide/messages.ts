import { section } from '../../messages/language.ts'
import type { Purpose } from './quality.ts'

const purposes: Readonly<Record<string, readonly [title: string, help: string]>> = {
  stream: ['Stream', 'To Twitch, YouTube, another service, or this host.'],
  record: ['Record', 'Into files on the machine of the host.'],
  both: ['Stream and record', 'Live, with a file for later.'],
  host: ['Host for others', 'Others publish to this host, and viewers watch here.'],
}

/** Every text of the guide for a first show. */
export const t = section('studioGuide', {
  open: 'Guide to a first show',
  title: 'Guide to a first show',
  step: (number: number, all: number) => `Step ${number} of ${all}`,
  leave: 'Leave the guide',
  leaveHelp: 'You find it again in the menu of the show and under Ctrl+K.',
  next: 'Next',
  back: 'Back',
  done: 'Done',
  purpose: 'What will you do?',
  purposeTitle: (purpose: Purpose) => purposes[purpose]?.[0] ?? purpose,
  purposeHelp: (purpose: Purpose) => purposes[purpose]?.[1] ?? purpose,
  quality: 'Quality',
  measuring: 'Measuring the encoders of this machine. This takes some seconds, once.',
  measureFailed: 'The encoders could not be measured:',
  encoder: (name: string, kind: string, speed: string) => `${name} (${kind}) encodes 720p at 30 fps ${speed} times faster than real time.`,
  noEncoder: 'No encoder for H.264 was found.',
  upload: 'Upload speed, Mbit/s',
  uploadHelp: 'As your provider states it, or a speed test shows. AMI Streams does not measure it: no server on the internet is asked.',
  choice: (width: number, height: number, fps: number, rate: string) => `${width}×${height}, ${fps} frames a second, ${rate}`,
  because: {
    machine: 'This machine encodes that with time to spare for the show itself; more would drop frames.',
    upload: 'That leaves a third of your upload free; more would stall for viewers.',
    none: 'Neither this machine nor your upload limits it.',
  },
  design: 'Design',
  make: 'Create show and go on',
  devices: 'Try your devices',
  devicesHelp: 'What you see here is live. Speak: the meter moves.',
  preview: (name: string) => `Live image of ${name}`,
  noDevice: 'None found. Connect one and search again, or choose one later in the properties of the source.',
  noMicrophone: 'No microphone was found. Add one later in the mixer.',
  meterOf: (name: string) => `Level of ${name}`,
  search: 'Search again',
  place: 'Where to?',
  placeHelp: 'Nothing is sent yet: the stream starts when you press Go live.',
  hostOnly: 'This host',
  hostOnlyHelp: 'Viewers watch at /watch/studio.',
  server: 'Server URL',
  key: 'Stream key',
  add: 'Add and finish',
  checkLater: 'The service checks the key when you go live.',
  hosting:
    'Everybody who publishes needs a stream key of their own. Create one under Keys, and send it with the server URL that is shown there.',
  openKeys: 'Open Keys',
} as const)

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** PipeWire with one speaker that nobody hears, and nothing of the machine: no devices, no message bus, no configuration of the user. */
const pipewire = `context.properties = {
  core.daemon = true
  core.name = pipewire-0
  support.dbus = false
  default.clock.rate = 48000
  default.clock.quantum = 480
  default.clock.min-quantum = 240
  default.clock.max-quantum = 2048
}
context.spa-libs = {
  audio.convert.* = audioconvert/libspa-audioconvert
  support.* = support/libspa-support
}
context.modules = [
  { name = libpipewire-module-rt args = { nice.level = -11 } flags = [ ifexists nofail ] }
  { name = libpipewire-module-protocol-native }
  { name = libpipewire-module-metadata }
  { name = libpipewire-module-spa-node-factory }
  { name = libpipewire-module-client-node }
  { name = libpipewire-module-client-device }
  { name = libpipewire-module-access }
  { name = libpipewire-module-adapter }
  { name = libpipewire-module-link-factory }
  { name = libpipewire-module-session-manager }
]
context.objects = [
  { factory = spa-node-factory
    args = { factory.name = support.node.driver node.name = Dummy-Driver node.group = pipewire.dummy priority.driver = 20000 } }
  { factory = adapter
    args = {
      factory.name = support.null-audio-sink
      node.name = display-audio
      node.description = "Audio of this display"
      media.class = Audio/Sink
      audio.position = [ FL FR ]
      monitor.channel-volumes = true
    } }
]
`

/** WirePlumber 0.4 reads Lua, from 0.5 on its profile: neither looks for devices of the machine. */
const files: Readonly<Record<string, string>> = {
  'pipewire/pipewire.conf': pipewire,
  'wireplumber/main.lua.d/51-ami-streams.lua': `alsa_monitor.enabled = false
v4l2_monitor.enabled = false
libcamera_monitor.enabled = false
default_access.properties["enable-flatpak-portal"] = false
`,
  'wireplumber/bluetooth.lua.d/51-ami-streams.lua': 'bluez_monitor.enabled = false\n',
  'wireplumber/wireplumber.conf.d/51-ami-streams.conf': `wireplumber.profiles = {
  main = {
    hardware.audio = disabled
    hardware.bluetooth = disabled
    hardware.video-capture = disabled
    support.logind = disabled
    support.portal-permissionstore = disabled
    support.reserve-device = disabled
  }
}
`,
}

/** Writes what the audio of one display is configured by, below that folder (XDG_CONFIG_HOME). */
export function writeConfiguration(folder: string): void {
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, name)
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(file, text, { mode: 0o600 })
  }
}

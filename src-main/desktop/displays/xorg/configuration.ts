import { maxSide } from '../../schemas/display.ts'
import { maxFingers, touchScreenName, touchSocketName } from '../display-server.ts'

/** An input device that the driver inputtest makes. Whoever connects to its socket, which the folder keeps from others, sends its events. */
const device = (name: string, type: 'Keyboard' | 'Pointer' | 'Touch', socket: string, option = ''): string => `
Section "InputDevice"
  Identifier "${name}"
  Driver "inputtest"
  Option "DeviceType" "${type}"
  Option "SocketPath" "${socket}"${option}
EndSection`

/**
 * The configuration of Xorg for one display in memory, whose size and monitors are changed by RandR: no device of the machine is looked
 * for or opened. A keyboard and a pointer are named since Xorg opens those of the machine otherwise: nobody connects to them. Sockets are in the
 * folder that it runs in.
 */
export function configurationOf(width: number, height: number): string {
  // Any timing will do that the driver's clock has, MHz: nothing is sent to a monitor. Without blanking Xorg rejects it.
  const clock = Math.max(20, Math.min(290, (width * height * 60) / 1e6))
  const timing = (size: number): string => `${size} ${size + 8} ${size + 16} ${size + 24}`
  const modeline = `"start" ${clock} ${timing(width)} ${timing(height)}`
  return `# AMI Streams makes this file whenever the display starts.
Section "ServerFlags"
  Option "AutoAddDevices" "false"
  Option "AutoEnableDevices" "false"
  Option "AutoAddGPU" "false"
  Option "AutoBindGPU" "false"
  Option "DontVTSwitch" "true"
  Option "DontZap" "true"
  Option "BlankTime" "0"
  Option "StandbyTime" "0"
  Option "SuspendTime" "0"
  Option "OffTime" "0"
EndSection

Section "Device"
  Identifier "memory"
  Driver "dummy"
  # kB; taken as far as the display is large.
  VideoRam ${(maxSide * maxSide * 4) / 1024}
EndSection

Section "Monitor"
  Identifier "monitor"
  HorizSync 1-10000
  VertRefresh 1-1000
  Modeline ${modeline}
EndSection

Section "Screen"
  Identifier "screen"
  Device "memory"
  Monitor "monitor"
  DefaultDepth 24
  SubSection "Display"
    Depth 24
    Modes "start"
  EndSubSection
EndSection
${device('AMI Streams keyboard', 'Keyboard', 'keyboard')}
${device('AMI Streams pointer', 'Pointer', 'pointer')}
${device(touchScreenName, 'Touch', touchSocketName, `\n  Option "TouchCount" "${maxFingers}"`)}

Section "ServerLayout"
  Identifier "layout"
  Screen "screen"
  InputDevice "AMI Streams keyboard" "CoreKeyboard"
  InputDevice "AMI Streams pointer" "CorePointer"
  InputDevice "${touchScreenName}" "SendCoreEvents"
EndSection
`
}

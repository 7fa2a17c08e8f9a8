import { RequestFault } from '../reading/request-fault.ts'
import { outputRequests } from './output-requests.ts'
import { type RequestFamily, type RequestKind, toControl, toView, viewOf } from './request-kind.ts'
import { transitionRequests } from './transition-requests.ts'

/** Hotkeys that every OBS has, as far as they do what a request does. */
const builtIn: Readonly<Record<string, RequestKind | undefined>> = {
  'OBSBasic.StartStreaming': outputRequests.StartStream,
  'OBSBasic.StopStreaming': outputRequests.StopStream,
  'OBSBasic.StartRecording': outputRequests.StartRecord,
  'OBSBasic.StopRecording': outputRequests.StopRecord,
  'OBSBasic.PauseRecording': outputRequests.PauseRecord,
  'OBSBasic.UnpauseRecording': outputRequests.ResumeRecord,
  'OBSBasic.SplitFile': outputRequests.SplitRecordFile,
  'OBSBasic.StartReplayBuffer': outputRequests.StartReplayBuffer,
  'OBSBasic.StopReplayBuffer': outputRequests.StopReplayBuffer,
  'OBSBasic.StartVirtualCam': outputRequests.StartVirtualCam,
  'OBSBasic.StopVirtualCam': outputRequests.StopVirtualCam,
  'OBSBasic.Transition': transitionRequests.TriggerStudioModeTransition,
  'ReplayBuffer.Save': outputRequests.SaveReplayBuffer,
}
const macroPrefix = 'AMIStreams.Macro.'

/** Keys of OBS that browsers call otherwise; letters, digits and F keys are called alike. */
const keys: Readonly<Record<string, string>> = {
  UP: 'ArrowUp',
  DOWN: 'ArrowDown',
  LEFT: 'ArrowLeft',
  RIGHT: 'ArrowRight',
  RETURN: 'Enter',
  ENTER: 'NumpadEnter',
  SPACE: 'Space',
  ESCAPE: 'Escape',
  PLUS: 'Plus',
  MINUS: '-',
  EQUAL: '=',
  COMMA: ',',
  PERIOD: '.',
  SLASH: '/',
  BACKSLASH: '\\',
  SEMICOLON: ';',
  APOSTROPHE: "'",
  BRACKETLEFT: '[',
  BRACKETRIGHT: ']',
}

/** The name of a key as chords of macros have it. */
function keyName(id: string): string {
  const name = id.replace(/^OBS_KEY_/, '')
  const number = /^NUM(\d)$/.exec(name)
  return keys[name] ?? (number === null ? name.toLowerCase() : `Numpad${number[1]}`)
}

export const hotkeyRequests: RequestFamily = {
  GetHotkeyList: toView((context) => ({
    hotkeys: [...Object.keys(builtIn), ...viewOf(context).collection.macros.map(({ id }) => `${macroPrefix}${id}`)],
  })),
  TriggerHotkeyByName: toControl(async (context) => {
    const { studio, caller, fields } = context
    const name = fields.text('hotkeyName')
    const known = Object.hasOwn(builtIn, name) ? builtIn[name] : undefined
    if (known !== undefined) {
      await known.answer(context)
      return undefined
    }
    const macro = viewOf(context).collection.macros.find((each) => `${macroPrefix}${each.id}` === name || each.name === name)
    if (macro === undefined) throw new RequestFault('resourceNotFound', 'No hotkeys were found by that name.')
    await studio.runMacro(macro, caller.principal.id)
    return undefined
  }),
  TriggerHotkeyByKeySequence: toControl(async ({ studio, caller, fields }) => {
    const id = fields.maybeText('keyId')
    const pressed = fields.maybePart('keyModifiers') ?? {}
    const modifiers = (
      [
        ['control', 'Ctrl'],
        ['alt', 'Alt'],
        ['shift', 'Shift'],
        ['command', 'Meta'],
      ] as const
    ).flatMap(([name, key]) => (pressed[name] === true ? [key] : []))
    if (id === undefined) throw new RequestFault('cannotAct', 'A hotkey here has a key beside its modifiers.')
    await studio.press([...modifiers, keyName(id)].join('+').slice(0, 60), caller.principal.id)
    return undefined
  }),
}

import { Command, Keyboard, Mouse } from 'lucide-react'
import { hasCommandKey } from './desktop-keyboard.ts'
import { t } from './messages.ts'
import { Tool } from './tool.tsx'

interface InputToolsProps {
  readonly keys: boolean
  readonly onKeys: () => void
  readonly onLock: () => void
  readonly commandIsControl: boolean
  readonly onCommand: () => void
}

/** How keys and pointer reach the display. */
export function InputTools({ keys, onKeys, onLock, commandIsControl, onCommand }: InputToolsProps) {
  return (
    <>
      <Tool label={t.keys} pressed={keys} onClick={onKeys} testId="desktop-keys-tool">
        <Keyboard size={16} aria-hidden="true" />
      </Tool>
      {!matchMedia('(pointer: coarse)').matches && (
        <Tool label={t.lockPointer} onClick={onLock} testId="desktop-lock">
          <Mouse size={16} aria-hidden="true" />
        </Tool>
      )}
      {hasCommandKey() && (
        <Tool label={t.commandIsControl} pressed={commandIsControl} onClick={onCommand} testId="desktop-command">
          <Command size={16} aria-hidden="true" />
        </Tool>
      )}
    </>
  )
}

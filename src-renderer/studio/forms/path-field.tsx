import type { ReactNode } from 'react'
import { PathButton } from '../uploads/path-button.tsx'
import type { Schema } from './schema.ts'

interface PathFieldProps {
  /** Of the setting, or of the lines in it. */
  readonly of: Schema | undefined
  readonly disabled: boolean
  readonly several?: boolean
  readonly onChoose: (paths: readonly string[]) => void
  readonly children: ReactNode
}

/** A text, with the chooser beside it where it names a file or a folder of the host. */
export function PathField({ of, disabled, several = false, onChoose, children }: PathFieldProps) {
  const reference = of?.reference
  if (reference !== 'path' && reference !== 'path-or-url' && reference !== 'output-folder') return children
  return (
    <div className={several ? 'path-field lines' : 'path-field'}>
      {children}
      <PathButton what={reference === 'output-folder' ? 'folder' : 'file'} several={several} disabled={disabled} onChoose={onChoose} />
    </div>
  )
}

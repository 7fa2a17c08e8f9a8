import { FolderOpen } from 'lucide-react'
import { useState } from 'react'
import { loadLater } from '../../components/load-later.tsx'
import { t } from './messages.ts'
import './uploads.css'

/** Loaded when it is opened. */
const FileChooser = loadLater(async () => (await import('./file-chooser.tsx')).FileChooser)

interface PathButtonProps {
  readonly what: 'file' | 'folder'
  readonly several?: boolean
  readonly disabled: boolean
  readonly onChoose: (paths: readonly string[]) => void
}

/** Opens the chooser of files or folders of the host. */
export function PathButton({ what, several = false, disabled, onChoose }: PathButtonProps) {
  const [open, setOpen] = useState(false)
  const label = what === 'folder' ? t.chooseFolder : several ? t.addFiles : t.choose
  return (
    <>
      <button
        type="button"
        className={several ? 'button' : 'button icon'}
        disabled={disabled}
        {...(several ? {} : { 'aria-label': label, 'title': label })}
        data-testid="choose-file"
        onClick={() => setOpen(true)}
      >
        <FolderOpen size={15} /> {several && label}
      </button>
      {open && (
        <FileChooser
          what={what}
          several={several}
          onClose={() => setOpen(false)}
          onChoose={(paths) => {
            setOpen(false)
            onChoose(paths)
          }}
        />
      )}
    </>
  )
}

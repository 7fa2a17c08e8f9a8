import { t } from './messages.ts'
import { overlayIcons } from './overlay-icons.ts'

/** Kinds of overlays as a group of the dialog that adds sources. */
export function OverlayKindChoice({ onChoose }: { readonly onChoose: (kind: string) => void }) {
  return (
    <section>
      <h3>{t.title}</h3>
      <div className="kind-grid">
        {Object.entries(overlayIcons).map(([kind, Icon]) => (
          <button key={kind} type="button" className="kind" onClick={() => onChoose(kind)} data-testid={`overlay-kind-${kind}`}>
            <Icon size={18} />
            {t.kinds[kind]}
          </button>
        ))}
      </div>
    </section>
  )
}

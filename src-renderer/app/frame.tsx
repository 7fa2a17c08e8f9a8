import { Activity, Film, Keyboard, KeyRound, LogOut, Monitor, Moon, Radio, Settings, ShieldCheck, Sun, Webcam } from 'lucide-react'
import { type ReactNode, useEffect, useRef } from 'react'
import { Link, useLocation } from 'wouter'
import { formatBytes } from '../client/format.ts'
import { useClient } from '../client/store.ts'
import { signOut } from '../client/sync.ts'
import { tellError } from '../components/toasts.tsx'
import icon from '../theme/icon.svg'
import { setTheme, type Theme, useTheme } from './theme.ts'
import './frame.css'

const sections = [
  { path: '/live', label: 'Live', Icon: Radio },
  { path: '/recordings', label: 'Recordings', Icon: Film },
  { path: '/keys', label: 'Keys', Icon: KeyRound },
  { path: '/sources', label: 'Sources', Icon: Webcam },
  { path: '/rules', label: 'Rules', Icon: ShieldCheck },
  { path: '/activity', label: 'Activity', Icon: Activity },
  { path: '/settings', label: 'Settings', Icon: Settings },
] as const

const themes: readonly (readonly [Theme, string, typeof Sun])[] = [
  ['system', 'Theme of the system', Monitor],
  ['light', 'Light theme', Sun],
  ['dark', 'Dark theme', Moon],
]

export function ThemeSwitch() {
  const theme = useTheme((state) => state.theme)
  return (
    <fieldset className="segmented" aria-label="Theme" data-testid="theme-switch">
      {themes.map(([value, label, Icon]) => (
        <button
          key={value}
          type="button"
          aria-pressed={theme === value}
          aria-label={label}
          title={label}
          onClick={() => setTheme(value)}
          data-testid={`theme-${value}`}
        >
          <Icon size={15} />
        </button>
      ))}
    </fieldset>
  )
}

function Connection() {
  const connection = useClient((state) => state.connection)
  return (
    <span className={`connection ${connection}`} role="status" data-testid="connection" data-state={connection}>
      {connection}
    </span>
  )
}

function HostHealth() {
  const health = useClient((state) => state.hostHealth)
  return (
    <dl className="host-health" aria-label="Host health" data-testid="host-health">
      <dt>CPU</dt>
      <dd>{health?.cpuPercent === undefined ? '–' : `${health.cpuPercent.toFixed(0)} %`}</dd>
      <dt>Memory</dt>
      <dd>{formatBytes(health?.memoryBytes)}</dd>
    </dl>
  )
}

/** The frame around every section: navigation, host health, theme. */
export function Frame({ children }: { readonly children: ReactNode }) {
  const [location] = useLocation()
  const liveCount = useClient((state) => {
    let count = 0
    for (const stream of Object.values(state.streams)) if (stream.state === 'active') count++
    return count
  })
  const connection = useClient((state) => state.connection)
  const me = useClient((state) => state.me)
  const content = useRef<HTMLElement>(null)
  const first = location.split('/')[1] || 'live'
  const section = first === 'publish' ? '/live' : `/${first}`
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new section is read from its top
  useEffect(() => {
    window.scrollTo(0, 0)
  }, [location])
  return (
    <div className="frame">
      <button type="button" className="skip button primary" onClick={() => content.current?.focus()}>
        Skip to the content
      </button>
      <div className="mobile-top">
        <Link href="/live" className="brand">
          <img src={icon} width={22} height={22} alt="" />
          AMI Streams
        </Link>
        <div className="row">
          <Connection />
          <ThemeSwitch />
        </div>
      </div>
      <div className="sidebar">
        <Link href="/live" className="brand">
          <img src={icon} width={24} height={24} alt="" />
          AMI Streams
        </Link>
        <nav className="nav" aria-label="Sections">
          {sections.map(({ path, label, Icon }) => (
            <Link key={path} href={path} aria-current={section === path ? 'page' : undefined} data-testid={`nav-${path.slice(1)}`}>
              <Icon size={18} />
              {label}
              {path === '/live' && liveCount > 0 && (
                <span className="count" title={`${liveCount} live`}>
                  {liveCount}
                </span>
              )}
            </Link>
          ))}
        </nav>
        <footer>
          <HostHealth />
          <Connection />
          <div className="row">
            <ThemeSwitch />
            {me?.principal.id.startsWith('token') ? (
              <button
                type="button"
                className="button quiet icon"
                aria-label="Sign out"
                title="Sign out"
                onClick={() => void signOut().catch(tellError)}
                data-testid="sign-out"
              >
                <LogOut size={16} />
              </button>
            ) : (
              <button
                type="button"
                className="button quiet icon"
                aria-label="Keyboard shortcuts"
                title="Keyboard shortcuts (?)"
                onClick={() => document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '?', bubbles: true }))}
              >
                <Keyboard size={16} />
              </button>
            )}
          </div>
        </footer>
      </div>
      <main className="content" id="content" ref={content} tabIndex={-1}>
        {connection === 'reconnecting' && (
          <div className="banner" role="alert" data-testid="reconnecting-banner">
            Connection lost, trying again. What you see may be out of date.
          </div>
        )}
        {children}
      </main>
    </div>
  )
}

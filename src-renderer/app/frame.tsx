import {
  Activity,
  AppWindow,
  Clapperboard,
  Film,
  Globe,
  Keyboard,
  LogOut,
  Monitor,
  MonitorPlay,
  Moon,
  Radio,
  Settings,
  Sun,
} from 'lucide-react'
import { Fragment, type ReactNode, useEffect, useRef } from 'react'
import { Link, useLocation } from 'wouter'
import { signOut } from '../client/follow-host.ts'
import { formatBytes } from '../client/format.ts'
import { useClient } from '../client/store.ts'
import { notifyError } from '../components/toasts.tsx'
import { HealthChip } from '../health/health-chip.tsx'
import { health, app as t } from '../messages/page.ts'
import icon from '../theme/icon.svg'
import { openShortcuts } from './shortcuts.tsx'
import { setTheme, type Theme, useTheme } from './theme.ts'
import './frame.css'
import './frame-wide.css'
import { decimal } from '../messages/numbers.ts'

/** The parts of the product. */
const sections = [
  { path: '/studio', label: () => t.studio, Icon: Clapperboard },
  { path: '/live', label: () => t.live, Icon: Radio },
  { path: '/obs', label: () => t.obs, Icon: MonitorPlay },
  { path: '/desktops', label: () => t.desktops, Icon: AppWindow },
  { path: '/network', label: () => t.network, Icon: Globe },
  { path: '/library', label: () => t.library, Icon: Film },
  { path: '/activity', label: () => t.activity, Icon: Activity },
  { path: '/settings', label: () => t.settings, Icon: Settings },
] as const

interface SectionPage {
  readonly path: string
  readonly label: () => string
}

/** The pages of sections that have more than one; the first is that of the section itself. */
const pagesOf: Readonly<Record<string, readonly SectionPage[]>> = {
  '/live': [
    { path: '/live', label: () => t.streams },
    { path: '/keys', label: () => t.keys },
    { path: '/inputs', label: () => t.inputs },
    { path: '/rules', label: () => t.rules },
  ],
  '/activity': [
    { path: '/activity', label: () => t.activity },
    { path: '/health', label: () => health.health },
    { path: '/log', label: () => health.log },
  ],
}

/** The section that a page of this path belongs to, and the page inside it. */
function placeOf(location: string): { readonly section: string; readonly page: string } {
  const first = `/${location.split('/')[1] || 'live'}`
  const page = first === '/publish' ? '/live' : first
  const section = Object.keys(pagesOf).find((each) => pagesOf[each]?.some(({ path }) => path === page))
  return { page, section: section ?? page }
}

const themes: readonly (readonly [Theme, () => string, typeof Sun])[] = [
  ['system', () => t.themeOfTheSystem, Monitor],
  ['light', () => t.lightTheme, Sun],
  ['dark', () => t.darkTheme, Moon],
]

export function ThemeSwitch() {
  const theme = useTheme((state) => state.theme)
  return (
    <fieldset className="segmented" aria-label={t.theme} data-testid="theme-switch">
      {themes.map(([value, label, Icon]) => (
        <button
          key={value}
          type="button"
          aria-pressed={theme === value}
          aria-label={label()}
          title={label()}
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
      {t.connection[connection]}
    </span>
  )
}

function HostHealth() {
  const health = useClient((state) => state.hostHealth)
  return (
    <dl className="host-health" aria-label={t.hostHealth} data-testid="host-health">
      <dt>{t.cpu}</dt>
      <dd>{health === null ? '–' : `${decimal(health.cpu * 100, 0)} %`}</dd>
      <dt>{t.memory}</dt>
      <dd>{formatBytes(health?.rssBytes)}</dd>
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
  const { section, page } = placeOf(location)
  const isWide = section === '/studio' || location.startsWith('/desktops/')
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new section is read from its top
  useEffect(() => {
    window.scrollTo(0, 0)
  }, [location])
  return (
    <div className={isWide ? 'frame wide' : 'frame'}>
      <button type="button" className="skip button primary" onClick={() => content.current?.focus()}>
        {t.skipToTheContent}
      </button>
      <div className="mobile-top">
        <Link href="/live" className="brand">
          <img src={icon} width={22} height={22} alt="" />
          {t.amiStreams}
        </Link>
        <div className="row">
          <HealthChip short />
          <Connection />
          <ThemeSwitch />
        </div>
      </div>
      <div className="sidebar">
        <Link href="/live" className="brand">
          <img src={icon} width={24} height={24} alt="" />
          {t.amiStreams}
        </Link>
        <nav className="nav" aria-label={t.sections}>
          {sections.map(({ path, label, Icon }) => (
            <Fragment key={path}>
              <Link
                href={path}
                aria-current={page === path ? 'page' : section === path ? 'true' : undefined}
                title={isWide ? label() : undefined}
                data-testid={`nav-${path.slice(1)}`}
              >
                <Icon size={18} />
                <span className="nav-label">{label()}</span>
                {path === '/live' && liveCount > 0 && (
                  <span className="count" title={t.liveCount(liveCount)}>
                    {liveCount}
                  </span>
                )}
              </Link>
              {pagesOf[path] !== undefined && (
                <div className="nav-pages">
                  {pagesOf[path]
                    .filter((each) => each.path !== path)
                    .map((each) => (
                      <Link
                        key={each.path}
                        href={each.path}
                        aria-current={page === each.path ? 'page' : undefined}
                        data-testid={`nav-${each.path.slice(1)}`}
                      >
                        {each.label()}
                      </Link>
                    ))}
                </div>
              )}
            </Fragment>
          ))}
        </nav>
        <footer>
          <HealthChip />
          <HostHealth />
          <Connection />
          <div className="row">
            <ThemeSwitch />
            {me?.id.startsWith('token') ? (
              <button
                type="button"
                className="button quiet icon"
                aria-label={t.signOut}
                title={t.signOut}
                onClick={() => void signOut().catch(notifyError)}
                data-testid="sign-out"
              >
                <LogOut size={16} />
              </button>
            ) : (
              <button
                type="button"
                className="button quiet icon"
                aria-label={t.keyboardShortcuts}
                title={t.keyboardShortcutsAndKey}
                onClick={openShortcuts}
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
            {t.connectionLostTryingAgainWhat}
          </div>
        )}
        {pagesOf[section] !== undefined && (
          <nav className="page-tabs" aria-label={sections.find(({ path }) => path === section)?.label()}>
            {pagesOf[section].map(({ path, label }) => (
              <Link key={path} href={path} aria-current={page === path ? 'page' : undefined}>
                {label()}
              </Link>
            ))}
          </nav>
        )}
        {children}
      </main>
    </div>
  )
}

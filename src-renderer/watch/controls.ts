import { player as t } from '../messages/player.ts'
import type { WatchSession } from '../player/watch-session.ts'

/** The element with that id, which watch.html is known to hold. */
export function part<T extends Element = HTMLElement>(id: string): T {
  return document.getElementById(id) as unknown as T
}

function setIcon(button: HTMLElement, icon: string, label: string): void {
  button.querySelector('use')?.setAttribute('href', `#i-${icon}`)
  button.setAttribute('aria-label', label)
  button.title = label
}

function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {
    // Private windows may reject storage; the choice then lasts as long as the page.
  }
}

function remembered(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

/** Joins the buttons and keys of the player with the video. `redraw` is called after each change that the state line shows. */
export function connectControls(video: HTMLVideoElement, session: () => WatchSession, redraw: () => void): void {
  const player = part('player')
  const play = part('play')
  const mute = part('mute')
  const unmute = part('unmute')
  const volume = part<HTMLInputElement>('volume')
  const pip = part('pip')
  const fullscreen = part('fullscreen')

  const drawPlay = () => setIcon(play, video.paused ? 'play' : 'pause', video.paused ? t.play : t.pause)
  const drawVolume = () => {
    const silent = video.muted || video.volume === 0
    setIcon(mute, silent ? 'muted' : 'sound', silent ? t.turnAudioOn : t.mute)
    unmute.hidden = !video.muted
    volume.value = String(video.muted ? 0 : video.volume)
  }
  const togglePlay = () => {
    if (!video.paused) video.pause()
    else if (session().rewound) void video.play().catch(() => {})
    else session().goLive()
  }
  const toggleMute = () => {
    video.muted = !video.muted
    if (!video.muted && video.volume === 0) video.volume = 0.5
  }
  const setVolume = (value: number) => {
    video.volume = Math.min(1, Math.max(0, value))
    video.muted = video.volume === 0
    remember('ami.volume', String(video.volume))
  }
  const toggleFull = () => {
    if (document.fullscreenElement) void document.exitFullscreen()
    else if (player.requestFullscreen) void player.requestFullscreen().catch(() => {})
    else (video as HTMLVideoElement & { webkitEnterFullscreen?: () => void }).webkitEnterFullscreen?.()
  }
  const togglePip = () => {
    if (document.pictureInPictureElement) void document.exitPictureInPicture()
    else void video.requestPictureInPicture().catch(() => {})
  }

  const seek = (seconds: number) => {
    session().seek(video.currentTime + seconds)
  }

  const stored = Number(remembered('ami.volume') ?? Number.NaN)
  if (stored > 0 && stored <= 1) video.volume = stored

  play.addEventListener('click', togglePlay)
  mute.addEventListener('click', toggleMute)
  unmute.addEventListener('click', () => {
    video.muted = false
    mute.focus()
  })
  volume.addEventListener('input', () => setVolume(Number(volume.value)))
  part('live').addEventListener('click', () => session().goLive())
  fullscreen.addEventListener('click', toggleFull)
  pip.hidden = !document.pictureInPictureEnabled
  pip.addEventListener('click', togglePip)
  video.addEventListener('click', togglePlay)
  video.addEventListener('dblclick', toggleFull)
  for (const event of ['play', 'pause']) video.addEventListener(event, drawPlay)
  video.addEventListener('volumechange', drawVolume)
  drawPlay()
  drawVolume()

  connectMenu(session, redraw)

  const keys: ReadonlyMap<string, () => void> = new Map([
    [' ', togglePlay],
    ['k', togglePlay],
    ['m', toggleMute],
    ['f', toggleFull],
    ['j', () => seek(-10)],
    ['l', () => seek(10)],
    ['Home', () => session().seek(0)],
    ['End', () => session().goLive()],
    ['p', togglePip],
    ['ArrowLeft', () => seek(-5)],
    ['ArrowRight', () => seek(5)],
    ['ArrowUp', () => setVolume(video.volume + 0.05)],
    ['ArrowDown', () => setVolume(video.volume - 0.05)],
  ])
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const target = event.target as HTMLElement
    if (target.closest('#menu, .about') || (target === volume && event.key.startsWith('Arrow'))) return
    if (event.key === ' ' && target.tagName === 'BUTTON') return
    const act = keys.get(event.key.length === 1 ? event.key.toLowerCase() : event.key)
    if (!act) return
    event.preventDefault()
    wake()
    act()
  })

  let idle: ReturnType<typeof setTimeout> | undefined
  const wake = () => {
    player.classList.remove('idle')
    clearTimeout(idle)
    idle = setTimeout(() => {
      if (!video.paused && part('menu').hidden) player.classList.add('idle')
    }, 2600)
  }
  for (const event of ['pointermove', 'pointerdown', 'focusin']) player.addEventListener(event, wake)
  wake()
}

function connectMenu(session: () => WatchSession, redraw: () => void): void {
  const menu = part('menu')
  const opener = part('settings')

  const close = (focus: boolean) => {
    menu.hidden = true
    opener.setAttribute('aria-expanded', 'false')
    if (focus) opener.focus()
  }
  const entry = (label: string, checked: boolean, act: () => void): HTMLButtonElement => {
    const button = document.createElement('button')
    button.type = 'button'
    button.setAttribute('role', 'menuitemradio')
    button.setAttribute('aria-checked', String(checked))
    button.textContent = label
    button.addEventListener('click', () => {
      act()
      close(true)
      redraw()
    })
    return button
  }
  const heading = (text: string): HTMLElement => {
    const element = document.createElement('h2')
    element.textContent = text
    return element
  }
  const open = () => {
    const current = session()
    const level = current.level()
    menu.replaceChildren(
      heading(t.quality),
      entry(t.automatic, level?.auto ?? true, () => current.setLevel(-1)),
      ...current
        .levels()
        .map((each) => entry(each.label, level !== null && !level.auto && level.id === each.id, () => current.setLevel(each.id))),
      heading(t.player),
      entry(t.lowLatencyHls, current.engine === 'hls', () => current.useEngine('hls')),
      entry(t.webRtc, current.engine === 'webrtc', () => current.useEngine('webrtc')),
      entry(t.dash, current.engine === 'dash', () => current.useEngine('dash')),
    )
    menu.hidden = false
    opener.setAttribute('aria-expanded', 'true')
    menu.querySelector('button')?.focus()
  }

  opener.addEventListener('click', () => (menu.hidden ? open() : close(true)))
  menu.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close(true)
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
    event.preventDefault()
    const buttons = [...menu.querySelectorAll('button')]
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement)
    buttons[(at + (event.key === 'ArrowDown' ? 1 : -1) + buttons.length) % buttons.length]?.focus()
  })
  document.addEventListener('pointerdown', (event) => {
    const target = event.target as Element
    if (!menu.hidden && !target.closest('#menu, #settings')) close(false)
  })
}

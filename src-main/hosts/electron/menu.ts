import { Menu, type MenuItemConstructorOptions } from 'electron'
import { type ActionGroup, type ActionId, actionIds, actionSpec } from '#shared/actions/actions'
import { keysOf, type Remaps } from '#shared/actions/keymap'

type Item = MenuItemConstructorOptions

/** The menu of the app, made of the same actions as the page's shortcuts. */
export interface AppMenu {
  /** Enables these actions and no others. */
  setEnabled(ids: readonly ActionId[]): void
  /** Shows the user's own shortcuts. */
  setRemaps(remaps: Remaps): void
}

/** Installs the menu, with every action disabled until the page says otherwise. @param choose is told what the user chooses */
export function installMenu(choose: (id: ActionId) => void, mac: boolean): AppMenu {
  let enabled: ReadonlySet<ActionId> = new Set()
  let remaps: Remaps = {}
  let menu: Menu

  const build = () => {
    menu = Menu.buildFromTemplate(menuTemplate({ enabled, remaps, mac, choose }))
    Menu.setApplicationMenu(menu)
  }
  build()
  return {
    setEnabled(ids) {
      enabled = new Set(ids)
      for (const id of actionIds) {
        const item = menu.getMenuItemById(id)
        if (item) item.enabled = enabled.has(id)
      }
    },
    setRemaps(next) {
      remaps = next
      build()
    },
  }
}

export interface MenuContent {
  readonly enabled: ReadonlySet<ActionId>
  readonly remaps: Remaps
  readonly mac: boolean
  choose(id: ActionId): void
}

const separator: Item = { type: 'separator' }
const ownPlaceOnMac = new Set<ActionId>(['app.settings'])

/** Returns what the menu is built from: each action once, in the order of the list. */
export function menuTemplate(content: MenuContent): Item[] {
  const { mac } = content
  const group = (name: ActionGroup): Item[] =>
    actionIds.filter((id) => actionSpec(id).group === name && !(mac && ownPlaceOnMac.has(id))).map((id) => actionItem(id, content))
  const text: Item[] = [{ role: 'cut' }, { role: 'copy' }, { role: 'paste' }]
  const file = mac ? [separator, { role: 'close' } as Item] : [separator, { role: 'quit' } as Item]
  return [
    ...(mac ? [appleMenu(content)] : []),
    { label: 'File', submenu: [...group('File'), ...file] },
    { label: 'Edit', submenu: [...group('Edit'), separator, ...text] },
    { label: 'Playback', submenu: [...group('Playback'), separator, ...group('Loop and markers')] },
    { label: 'View', submenu: [...group('View'), separator, { role: 'togglefullscreen' }] },
    { label: 'Lane', submenu: group('Lane') },
    { label: 'Separate', submenu: group('Separate and repair') },
    { label: 'Train', submenu: group('Train') },
    { label: 'Playground', submenu: group('Playground') },
    { label: 'Lab', submenu: group('Lab') },
    { role: 'help', submenu: [...group('App'), ...(mac ? [] : [separator, { role: 'about' } as Item])] },
  ]
}

function appleMenu(content: MenuContent): Item {
  const about: Item[] = [{ role: 'about' }, separator, actionItem('app.settings', content), separator]
  return { role: 'appMenu', submenu: [...about, { role: 'hide' }, { role: 'hideOthers' }, { role: 'unhide' }, separator, { role: 'quit' }] }
}

function actionItem(id: ActionId, { enabled, remaps, mac, choose }: MenuContent): Item {
  const keys = keysOf(id, remaps)[0]
  return {
    id,
    label: actionSpec(id).name,
    enabled: enabled.has(id),
    click: () => choose(id),
    ...(keys !== undefined && acceleratorOf(keys, mac)),
  }
}

/**
 * The page itself acts on shortcuts, because only it knows whether somebody is typing; the menu shows them. A Mac's menu cannot
 * show them without taking them, so there it gets only those with Cmd, which nobody types.
 */
function acceleratorOf(keys: string, mac: boolean): Item {
  if (mac && !keys.includes('Mod+')) return {}
  const accelerator = keys.replace('Mod', 'CommandOrControl').replace(/\bCtrl\b/, 'Control')
  return { accelerator, ...(!mac && { registerAccelerator: false }) }
}

import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { createElectronHost } from '#renderer/api/electronHost'
import { createOutside, outsideKey } from '#renderer/api/host'
import { createWebHost } from '#renderer/api/webHost'
import { isMac } from '#renderer/shortcuts/pressedKeys'
import { createShortcuts } from '#renderer/shortcuts/shortcuts'
import { shortcutsKey } from '#renderer/shortcuts/useShortcuts'
import { keymapOf } from '#shared/actions/keymap'
import './styles/tokens.css'
import './styles/base.css'

const host = window.stemwright ? createElectronHost(window.stemwright) : createWebHost()
const shortcuts = createShortcuts(() => keymapOf({}), isMac(navigator.platform))
window.addEventListener('keydown', shortcuts.press)

createApp(App)
  .provide(outsideKey, createOutside(host, () => performance.now()))
  .provide(shortcutsKey, shortcuts)
  .use(createPinia())
  .mount('#app')

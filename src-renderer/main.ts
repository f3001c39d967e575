import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { createElectronHost } from '#renderer/api/electronHost'
import { createOutside, outsideKey } from '#renderer/api/host'
import { createWebHost } from '#renderer/api/webHost'
import { isMac } from '#renderer/shortcuts/pressedKeys'
import { createShortcuts } from '#renderer/shortcuts/shortcuts'
import { shortcutsKey } from '#renderer/shortcuts/useShortcuts'
import { useSettingsStore } from '#renderer/stores/settingsStore'
import './styles/fonts.css'
import './styles/tokens.css'
import './styles/base.css'

const host = window.stemwright ? createElectronHost(window.stemwright) : createWebHost()
const app = createApp(App)
app.provide(outsideKey, createOutside(host, () => performance.now()))
app.use(createPinia())

const shortcuts = app.runWithContext(() => {
  const settings = useSettingsStore()
  return createShortcuts(() => settings.keymap, isMac(navigator.platform))
})
window.addEventListener('keydown', shortcuts.press)
app.provide(shortcutsKey, shortcuts)
// Canvases draw with the type that is there at that moment.
void document.fonts.load('13px Inter').finally(() => app.mount('#app'))

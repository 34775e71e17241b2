// What outlives the page: who the visitor is, and what was written and is not sent yet. Every message has an entry of
// its own, so that several tabs of one visitor never overwrite each other's.
export class Kept {
  constructor(line) {
    this.name = `kck-chat-${line}`;
    this.memory = new Map(); // where the browser keeps nothing for us, the chat lives as long as the page
  }

  get token() {
    return this.#read(this.name)?.token ?? null;
  }

  set token(token) {
    this.#write(this.name, token && { token });
  }

  // Messages that no tab has sent yet, oldest first.
  messages() {
    return this.#names().filter((name) => name.startsWith(`${this.name}:`)).map((name) => this.#read(name))
      .filter(Boolean).sort((one, other) => one.at - other.at);
  }

  put(message) {
    this.#write(`${this.name}:${message.id}`, message);
  }

  drop(id) {
    this.#write(`${this.name}:${id}`, null);
  }

  // One tab at a time, where tabs share what is kept.
  async alone(act) {
    try {
      localStorage.getItem(this.name);
    } catch {
      return act();
    }
    return navigator.locks ? navigator.locks.request(this.name, act) : act();
  }

  #names() {
    try {
      return [...Object.keys(localStorage), ...this.memory.keys()];
    } catch {
      return [...this.memory.keys()];
    }
  }

  #read(name) {
    if (this.memory.has(name)) return this.memory.get(name);
    try {
      return JSON.parse(localStorage.getItem(name));
    } catch {
      return null;
    }
  }

  #write(name, value) {
    try {
      this.memory.delete(name);
      if (value) localStorage.setItem(name, JSON.stringify(value));
      else localStorage.removeItem(name);
    } catch {
      if (value) this.memory.set(name, value);
    }
  }
}

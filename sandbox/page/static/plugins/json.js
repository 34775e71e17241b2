/** AMD plugin `json!file`: the parsed content of a JSON file. */
define(['text'], (text) => ({
  load(name, require, done, config) {
    text.get(
      require.toUrl(name),
      (content) => {
        try {
          done(JSON.parse(content));
        } catch (error) {
          done.error(new Error(`${name} is not JSON: ${error.message}`));
        }
      },
      done.error,
    );
  },
}));

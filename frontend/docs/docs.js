// Show the API's OpenAPI document with Swagger UI.
window.SwaggerUIBundle({
  dom_id: '#api',
  url: '../api/openapi.json',
  // Do not send the document to a public validator, and do not store tokens in the browser.
  validatorUrl: 'none',
  persistAuthorization: false,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  tryItOutEnabled: true,
});
